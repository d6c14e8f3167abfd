// On a phone, collapse the sections that are open on wide screens.
const foldOnPhones = () => {
    if (matchMedia('(max-width: 560px)').matches) {
        element.querySelectorAll('details[data-wide]').forEach((details) => { details.open = false; });
    }
};
watch('value', foldOnPhones);
foldOnPhones();
