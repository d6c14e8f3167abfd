// Language switch. The language in the address wins, then the browser's; the address keeps the choice.
const known = /^(en|hi)\b/i;
const asked = new URLSearchParams(location.search).get('lang') || '';
const preferred = [asked, ...navigator.languages].find((tag) => known.test(tag))?.slice(0, 2).toLowerCase() || 'en';
const page = element.closest('.gradio-container');
const speak = (language) => {
    const address = new URL(location);
    address.searchParams.set('lang', language);
    history.replaceState(history.state, '', address);
    document.documentElement.lang = language;
    element.querySelectorAll('button').forEach((button) => {
        button.setAttribute('aria-pressed', String(button.lang === language));
    });
};
element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    speak(button.lang);
    props.value = button.lang;
});
speak(preferred);
// The page's base has no language, so a link to an anchor would reload the page and lose the result.
document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="#"], a[data-reload]');
    if (!link) return;
    event.preventDefault();
    if ('reload' in link.dataset) return location.reload();
    const place = document.getElementById(link.getAttribute('href').slice(1));
    place?.querySelector(':scope > button.label-wrap:not(.open)')?.click(); // a folded section
    place?.querySelector(':scope > details:not([open]) > summary')?.click();
    place?.scrollIntoView();
    const field = place?.querySelector('textarea, input');
    if (!field && place) place.tabIndex = -1;
    (field ?? place)?.focus({ preventScroll: true });
});
// The page arrives in English: hide its texts until they are translated.
const here = () => page.classList.remove('dd-wait');
if (preferred !== 'en') {
    page.classList.add('dd-wait');
    setTimeout(here, 3000);
}
// Gradio labels its drop zone in English; use the visible text instead.
const rename = () => {
    const zone = document.querySelector('#upload button[aria-dropeffect]');
    const words = document.querySelector('#lead [data-drop]')?.dataset.drop;
    if (zone && words && zone.getAttribute('aria-label') !== words) zone.setAttribute('aria-label', words);
    // The answer says in the page's language that the queue is full: hide Gradio's English toast.
    document.querySelectorAll('.toast-body').forEach((toast) => {
        const said = [...toast.querySelectorAll('.toast-message-text')];
        const told = said.length > 0 && said.every((message) => message.textContent.includes('currently busy'));
        toast.style.display = told ? 'none' : '';
    });
    if (document.querySelector('#lead [lang]')?.lang === preferred) here();
};
new MutationObserver(rename).observe(page, { subtree: true, childList: true, attributeFilter: ['aria-label', 'data-drop'] });
