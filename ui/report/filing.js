// A new package comes into view: the form above it was collapsed in the same moment.
let filled = false;
const receive = () => {
    const before = filled;
    filled = Boolean(props.value);
    const note = document.getElementById('package-note');
    if (filled && !before) requestAnimationFrame(() => requestAnimationFrame(() => note.scrollIntoView()));
};
watch('value', receive);
receive();
// What is missing is written in the form, which is opened for that.
element.addEventListener('click', (event) => {
    if (!event.target.closest('a[href="#what-happened"]')) return;
    event.preventDefault();
    const title = document.querySelector('#told > button');
    if (!title.classList.contains('open')) title.click();
    const reach = () => {
        const box = document.querySelector('#what-happened textarea');
        if (!box?.offsetParent) return requestAnimationFrame(reach);
        box.scrollIntoView({ block: 'center' });
        box.focus();
    };
    reach();
});
// Copy a field's text; if the browser refuses, select it for the keyboard.
element.addEventListener('click', async (event) => {
    const button = event.target.closest('button[data-copied]');
    if (!button) return;
    const box = button.closest('li').querySelector('textarea');
    const said = element.querySelector('[role=status]');
    let words = button.dataset.copied;
    try {
        await navigator.clipboard.writeText(box.value);
    } catch {
        box.focus();
        box.select();
        words = button.dataset.refused;
    }
    element.querySelectorAll('.dd-done').forEach((done) => done.classList.remove('dd-done'));
    button.classList.add('dd-done');
    said.textContent = '';
    setTimeout(() => { said.textContent = words; }, 50);
});
