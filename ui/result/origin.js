// Copy a frame to the clipboard as PNG, the format that clipboards accept. Nothing leaves the page.
element.addEventListener('click', async (event) => {
    const button = event.target.closest('.dd-copy-frame');
    if (!button) return;
    const image = button.closest('figure').querySelector('img');
    const sheet = button.closest('.dd-sheet');
    const said = element.querySelector('.dd-copied');
    try {
        const png = new Promise((resolve, reject) => {
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            canvas.getContext('2d').drawImage(image, 0, 0);
            canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no image'))), 'image/png');
        });
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
        said.textContent = sheet.dataset.copied;
    } catch {
        said.textContent = sheet.dataset.refused;
    }
});
