// On a phone, what is open where there is room is folded, until the visitor opens it.
const foldOnPhones = () => {
    if (matchMedia('(max-width: 560px)').matches) {
        element.querySelectorAll('details[data-wide]').forEach((details) => { details.open = false; });
    }
};
watch('value', foldOnPhones);
foldOnPhones();
