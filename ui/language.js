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
