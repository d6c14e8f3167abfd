// The list of files: send them one by one, request one check after another, and draw the table from the JSON in
// `props.value`. Names are written as text.
let state = { version: -1, rows: [], words: {}, columns: {}, marks: [], results: {} };
let waiting = [], sending = false, working = false, askedAt = 0, retry = 0, refused = 0, note = '';
let lost = [], erased = 0;
const ended = new Set();
let chosen = [], sort = { by: '', down: false }, filter = '', find = '', language = '';
const rowsByNumber = new Map();
const put = (tag, more = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(more)) {
        if (name === 'class') made.className = value;
        else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
        else if (value !== false && value !== null) made.setAttribute(name, value === true ? '' : value);
    }
    made.append(...children);
    return made;
};
const fill = (words, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words);
const named = (words, row) => fill(state.words[words], { name: row.name });
const part = (name) => element.querySelector(`[data-part=${name}]`);

// Upload one file at a time, so that neither the browser nor the server holds more than one.
const send = async () => {
    if (sending) return;
    sending = true;
    while (waiting.length) {
        const file = waiting.shift();
        if (!state.room) { refused += 1; continue; }
        note = () => fill(state.words.sending ?? '', { name: file.name, left: waiting.length });
        say();
        const before = erased, list = state.list, given = { ...await sent(file), list };
        if (before !== erased) trigger('bring', { ...given, unwanted: true });
        else if (!(await told(given))) lost.push(file.name);
    }
    sending = false;
    const names = lost.splice(0).join(', ');
    note = refused || names ? () => [
        refused ? fill(state.words.full, { count: refused }) : '',
        names ? fill(state.words.unsent, { name: names }) : '',
    ].filter(Boolean).join(' ') : '';
    say();
};
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
// Report the path of a file, or why it could not be uploaded. Retry if the server limits the rate.
const sent = async (file) => {
    if (file.size > props.most) return { orig_name: file.name, reason: 'too_large' };
    for (const wait of [0, 2000, 5000, 10000]) {
        await pause(wait);
        try {
            return { path: (await upload(file)).path, orig_name: file.name };
        } catch { /* the next try */ }
    }
    return { orig_name: file.name, reason: 'unsent' };
};
const told = async (file) => {
    const before = state;
    trigger('bring', file);
    for (let tries = 0; tries < 600 && state === before; tries += 1) await pause(50);
    return state !== before;
};
window.addEventListener('dd-files', (event) => {
    refused = 0;
    if (!event.detail.length) { note = () => state.words.nothing ?? ''; say(); }
    waiting.push(...event.detail);
    send();
});

// Request the next turn of work when the previous one has ended.
const work = () => {
    if (working && state.checked > askedAt) working = false;
    if (working || state.paused || !state.rows.some((row) => row.state === 'waiting')) return;
    working = true;
    askedAt = state.checked;
    clearTimeout(retry);
    trigger('work', {});
};

// Drawing.
const order = { name: (row) => row.name.toLowerCase(), result: (row) => row.rank, grade: (row) => row.gradeRank, where: (row) => row.whereS, length: (row) => row.lengthS, mark: (row) => row.mark };
const visibleRows = () => {
    const rows = state.rows.filter((row) => row.name.toLowerCase().includes(find.toLowerCase())
        && (!filter || (filter.startsWith('mark-') ? `mark-${row.mark}` === filter : row.result === filter)));
    if (!sort.by) return rows;
    const value = order[sort.by], sign = sort.down ? -1 : 1;
    return [...rows].sort((one, other) => (value(one) < value(other) ? -sign : value(one) > value(other) ? sign : one.number - other.number));
};
const skeleton = () => {
    const words = state.words;
    const head = Object.entries(state.columns).map(([key, name]) => put('th', { scope: 'col', 'data-column': key },
        put('button', { type: 'button', 'aria-label': fill(words.sort, { column: name }), onclick: () => {
            sort = { by: key, down: sort.by === key ? !sort.down : key !== 'name' };
            draw();
        } }, name)));
    const options = [['', words.all], ...Object.entries(state.results), ...state.marks.slice(1).map((mark, at) => [`mark-${at + 1}`, fill(words.marked, { mark })])];
    const ask = (name, more = () => ({})) => put('button', { type: 'button', class: 'dd-button', 'data-part': name, onclick: () => trigger(name, more()) }, words[name]);
    const numbers = () => visibleRows().map((row) => row.number);
    const save = ['csv', 'json', 'pdf'].map((kind) => put('button', { type: 'button', class: 'dd-button', 'data-kind': kind, onclick: () => trigger('export', { kind, numbers: numbers() }) }, words[kind]));
    element.replaceChildren(put('section', { class: 'dd-list dd-begun' },
        put('h2', {}, words.title),
        put('p', { role: 'status', 'data-part': 'said' }),
        put('div', { class: 'dd-tools' },
            put('label', {}, `${words.filter} `, put('select', { onchange: (event) => { filter = event.target.value; draw(); } },
                ...options.map(([value, name]) => put('option', { value, selected: value === filter }, name)))),
            put('label', {}, `${words.find} `, put('input', { type: 'search', value: find, oninput: (event) => { find = event.target.value; draw(); } })),
            ask('pause'),
            put('button', { type: 'button', class: 'dd-button', 'data-part': 'compare', onclick: () => trigger('compare', { numbers: chosen }) }, words.compare),
            ask('clear')),
        put('table', {}, put('caption', { class: 'dd-unseen' }, words.title),
            put('thead', {}, put('tr', {}, put('td'), ...head, put('td'))),
            put('tbody', { 'data-part': 'rows' })),
        put('p', { 'data-part': 'none', hidden: true }, words.none_shown),
        put('p', { class: 'dd-hint' }, words.keys),
        put('div', { class: 'dd-tools', role: 'group', 'aria-label': words.export }, ...save)));
    rowsByNumber.clear();
    language = state.language;
};
const drawRow = (row) => {
    const columns = state.columns, drawn = JSON.stringify(row);
    let made = rowsByNumber.get(row.number);
    if (!made) {
        const mark = put('select', { onchange: (event) => trigger('mark', { number: row.number, mark: Number(event.target.value) }) }, ...state.marks.map((name, value) => put('option', { value }, name)));
        const box = put('input', { type: 'checkbox', onchange: (event) => {
            chosen = [...chosen.filter((number) => number !== row.number), ...(event.target.checked ? [row.number] : [])].slice(-2);
            draw();
        } });
        const cell = (key, ...children) => put('td', { 'data-label': columns[key], 'data-cell': key }, ...children);
        made = put('tr', { 'data-number': row.number },
            put('td', { class: 'dd-choose' }, put('label', {}, box, put('img', { alt: '', loading: 'lazy', hidden: true }))),
            put('th', { scope: 'row' }, put('button', { type: 'button', class: 'dd-open', onclick: () => trigger('open', { number: row.number }) }, put('bdi'))),
            cell('result'), cell('grade'), cell('where'), cell('length'), cell('mark', mark),
            put('td', {}, put('button', { type: 'button', class: 'dd-remove', onclick: () => trigger('takeout', { number: row.number }) }, '\u00d7')));
        rowsByNumber.set(row.number, made);
    }
    made.className = `dd-row dd-is-${row.state} dd-result-${row.result.replaceAll(' ', '-')}`;
    made.toggleAttribute('data-opened', row.number === state.opened);
    made.querySelector('input').checked = chosen.includes(row.number);
    if (made.dataset.drawn === drawn) return made;
    made.dataset.drawn = drawn;
    const image = made.querySelector('img'), open = made.querySelector('.dd-open');
    if (row.thumbnail && image.getAttribute('src') !== row.thumbnail) image.src = row.thumbnail;
    image.hidden = !row.thumbnail;
    made.querySelector('bdi').textContent = row.name;
    open.setAttribute('aria-label', named('open', row));
    open.disabled = row.state === 'waiting' || row.state === 'working';
    made.querySelector('input').setAttribute('aria-label', named('choose', row));
    made.querySelector('.dd-remove').setAttribute('aria-label', named('remove', row));
    made.querySelector('select').setAttribute('aria-label', named('mark', row));
    made.querySelector('select').value = row.mark;
    for (const [key, said] of Object.entries({ result: row.said, grade: row.grade, where: row.where, length: row.length })) {
        made.querySelector(`[data-cell=${key}]`).textContent = said;
    }
    made.querySelector('[data-cell=grade]').toggleAttribute('data-same', row.grade === row.said);
    return made;
};
const say = () => {
    const said = part('said'), words = [state.said, note && note()].filter(Boolean).join(' \u00b7 ');
    if (said && said.textContent !== words) said.textContent = words;
};
const draw = () => {
    if (!state.rows.length) { element.replaceChildren(); language = ''; return; }
    if (language !== state.language) skeleton();
    const numbers = new Set(state.rows.map((row) => row.number));
    for (const number of rowsByNumber.keys()) if (!numbers.has(number)) rowsByNumber.delete(number);
    chosen = chosen.filter((number) => numbers.has(number));
    const rows = visibleRows().map(drawRow), body = part('rows');
    if (rows.length !== body.children.length || rows.some((row, at) => body.children[at] !== row)) {
        const focused = document.activeElement;
        body.replaceChildren(...rows);
        if (body.contains(focused)) focused.focus();
    }
    part('none').hidden = rows.length > 0;
    part('compare').disabled = chosen.length !== 2;
    part('pause').textContent = state.paused ? state.words.go_on : state.words.pause;
    part('pause').hidden = !state.rows.some((row) => row.state === 'waiting' || row.state === 'working');
    for (const head of element.querySelectorAll('[data-column]')) {
        const own = head.dataset.column === sort.by;
        head.setAttribute('aria-sort', own ? (sort.down ? 'descending' : 'ascending') : 'none');
    }
    document.querySelector('#files-working')?.classList.toggle('dd-running', state.rows.some((row) => row.state === 'working') || working);
    say();
};
element.addEventListener('keydown', (event) => {
    const row = event.target.closest('tr[data-number]');
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('select, input[type=search]')) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
        const rows = [...part('rows').children].filter((one) => !one.querySelector('.dd-open').disabled);
        const next = rows[rows.indexOf(row) + step];
        if (next) next.querySelector('.dd-open').focus();
        event.preventDefault();
    } else if (/^[0-4]$/.test(event.key)) {
        trigger('mark', { number: Number(row.dataset.number), mark: Number(event.key) });
        event.preventDefault();
    }
});
const receive = () => {
    let found;
    try { found = JSON.parse(props.value || '{}'); } catch { return; }
    // Updates may arrive out of order; a deleted list starts over.
    if (!('version' in found) || ended.has(found.list) || (found.version >= 0 && found.version < state.version)) return;
    if (found.version < 0 && state.list) ended.add(state.list);
    state = found;
    if (state.version < 0) { erased += 1; waiting = []; working = false; note = ''; chosen = []; }
    if (state.leftOut && !refused) note = () => fill(state.words.full, { count: state.leftOut });
    draw();
    work();
};
watch('value', receive);
receive();
