// A slider under a face moves the border between the face with its colours and the face as it was.
const show = (slider) => slider.closest('.dd-compare').style.setProperty('--dd-at', `${slider.value}%`);
element.addEventListener('input', (event) => { if (event.target.closest('.dd-compare')) show(event.target); });
