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
