// Which language is on: the one in the address, else the browser's own. The address keeps what was chosen.
const known = /^(en|hi)\b/i;
const preferred = () => {
    const asked = new URLSearchParams(location.search).get('lang') || '';
    return [asked, ...navigator.languages].find((tag) => known.test(tag))?.slice(0, 2).toLowerCase() || 'en';
};
const speak = (language) => {
    const address = new URL(location);
    address.searchParams.set('lang', language);
    history.replaceState(history.state, '', address);
    document.documentElement.lang = language;
    // Gradio's own few words (drop zone, waiting line) follow too, where its translations can be reached.
    const core = performance.getEntriesByType('resource').find((file) => /\/core-[\w-]+\.js$/.test(file.name));
    if (core) import(core.name).then((gradio) => gradio.changeLocale(language)).catch(() => {});
};
