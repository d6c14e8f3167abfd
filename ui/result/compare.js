// A slider under a face moves the border between heatmap and original.
const show = (slider) => slider.closest('.dd-compare').style.setProperty('--dd-at', `${slider.value}%`);
element.addEventListener('input', (event) => { if (event.target.closest('.dd-compare')) show(event.target); });
