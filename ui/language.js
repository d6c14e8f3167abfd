// Two buttons, one a language. The one in the address comes first, then the browser's own; the address keeps it.
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
// The page's base has no language in it, so that a link to a place on the page would load it anew and lose the result.
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
// The page arrives in English: until its words are written anew, show none of them.
const here = () => page.classList.remove('dd-wait');
if (preferred !== 'en') {
    page.classList.add('dd-wait');
    setTimeout(here, 3000);
}
// Gradio names its drop zone in English whatever the language; the name is to be what is seen there.
const rename = () => {
    const zone = document.querySelector('#upload button[aria-dropeffect]');
    const words = document.querySelector('#lead [data-drop]')?.dataset.drop;
    if (zone && words && zone.getAttribute('aria-label') !== words) zone.setAttribute('aria-label', words);
    // The answer says in the page's language how full the line is: Gradio's English about it, alone in its box, is hidden.
    document.querySelectorAll('.toast-body').forEach((toast) => {
        const said = [...toast.querySelectorAll('.toast-message-text')];
        const told = said.length > 0 && said.every((message) => message.textContent.includes('currently busy'));
        toast.style.display = told ? 'none' : '';
    });
    if (document.querySelector('#lead [lang]')?.lang === preferred) here();
};
new MutationObserver(rename).observe(page, { subtree: true, childList: true, attributeFilter: ['aria-label', 'data-drop'] });
