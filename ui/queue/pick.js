// Take files in: dropped, chosen, a folder, pasted, or from a phone's camera. A single file goes to Gradio's drop zone;
// several, a folder, or one more while others are there go to the list, see files.js.
const MOST = 5000;
const zone = () => document.querySelector('#upload');
const input = () => document.querySelector('#upload input[type=file]');
const checking = () => Boolean(document.querySelector('#cancel')?.getClientRects().length);
const alone = (files) => files.length === 1 && !document.querySelector('#files table') && !checking() && input();
const most = () => Number(element.querySelector('[data-most]').dataset.most);
const fits = (files) => alone(files) && files[0].size <= most();
const shown = () => zone()?.getClientRects().length > 0;
let passing = false;

const take = (files) => {
    if (!alone(files)) return window.dispatchEvent(new CustomEvent('dd-files', { detail: files }));
    // Gradio would only say that something went wrong.
    if (!fits(files)) return trigger('large', { name: files[0].name, size: files[0].size });
    const data = new DataTransfer();
    data.items.add(files[0]);
    const field = input();
    field.files = data.files;
    passing = true;
    field.dispatchEvent(new Event('change', { bubbles: true }));
    passing = false;
};
const visible = (file) => !file.name.startsWith('.') && !/^(thumbs\.db|desktop\.ini)$/i.test(file.name);
const walk = async (entries) => {
    const files = [], waiting = [...entries];
    while (waiting.length && files.length < MOST) {
        const entry = waiting.shift();
        if (entry.isFile) {
            files.push(await new Promise((done) => entry.file(done, () => done(null))));
        } else {
            const reader = entry.createReader();
            for (;;) {
                const more = await new Promise((done) => reader.readEntries(done, () => done([])));
                if (!more.length) break;
                waiting.push(...more);
            }
        }
    }
    return files.filter((file) => file && visible(file));
};
window.addEventListener('change', (event) => {
    const field = event.target;
    if (passing || field.type !== 'file' || !zone()?.contains(field)) return;
    const files = [...field.files];
    if (fits(files)) return;
    event.stopImmediatePropagation();
    take(files);
    field.value = '';
}, true);
window.addEventListener('drop', (event) => {
    if (!zone()?.contains(event.target)) return;
    const files = [...event.dataTransfer.files];
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const folder = entries.some((entry) => entry.isDirectory);
    if (!folder && fits(files)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
    if (folder) walk(entries).then(take);
    else take(files);
}, true);
window.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => /^(image|video)\//.test(file.type));
    const typing = event.target.closest?.('input, textarea') && event.clipboardData.types.includes('text/plain');
    if (!files.length || typing || !shown()) return;
    event.preventDefault();
    const stamp = new Date().toISOString().slice(0, 19).replace(/\D/g, '');
    const ending = (file) => file.type.split('/')[1].replace(/[^a-z0-9]/g, '').replace('jpeg', 'jpg');
    take(files.map((file, at) => new File([file], `pasted-${stamp}${at ? `-${at}` : ''}.${ending(file)}`, { type: file.type })));
});
element.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-pick]');
    if (button) element.querySelector(`input[name=${button.dataset.pick}]`).click();
});
element.addEventListener('change', (event) => {
    const files = [...event.target.files].filter(visible);
    if (event.target.name === 'folder' || files.length) take(files);
    event.target.value = '';
});
// Gradio's field takes one file of any type. Suggest supported types first; others can be chosen too.
const ready = () => {
    const field = input();
    if (!field || field.accept === element.querySelector('[data-accept]').dataset.accept) return;
    field.accept = element.querySelector('[data-accept]').dataset.accept;
    field.multiple = true;
};
new MutationObserver(ready).observe(zone()?.parentElement ?? document.body, {
    subtree: true, childList: true, attributeFilter: ['accept', 'multiple'],
});
ready();
