// A click on a graph, or a key on its slider, picks a moment and asks for its image.
const show = (figure) => {
    const points = JSON.parse(figure.dataset.points);
    const slider = figure.querySelector('input[type=range]');
    const [moment, left, time, estimate] = points[slider.value];
    figure.querySelector('.dd-cursor').style.left = `${left}%`;
    figure.querySelector('.dd-cursor').style.visibility = 'visible';
    figure.querySelector('.dd-picked').textContent = `${time}: ${estimate}`;
    slider.setAttribute('aria-valuetext', `${time}, ${estimate}`);
    return { track: Number(figure.dataset.track), moment };
};
const showAll = () => element.querySelectorAll('.dd-timeline').forEach(show);
element.addEventListener('input', (event) => show(event.target.closest('.dd-timeline')));
element.addEventListener('change', (event) => trigger('pick', show(event.target.closest('.dd-timeline'))));
element.addEventListener('keydown', (event) => {
    const figure = event.target.matches('input[type=range]') && event.target.closest('.dd-timeline');
    if (figure && event.key === 'Enter') trigger('pick', show(figure));
});
element.addEventListener('click', (event) => {
    const plot = event.target.closest('.dd-plot');
    if (!plot) return;
    const figure = plot.closest('.dd-timeline');
    const area = plot.getBoundingClientRect();
    const at = (100 * (event.clientX - area.left)) / area.width;
    const lefts = JSON.parse(figure.dataset.points).map((point) => Math.abs(point[1] - at));
    const slider = figure.querySelector('input[type=range]');
    slider.value = lefts.indexOf(Math.min(...lefts));
    slider.dispatchEvent(new Event('change', { bubbles: true }));
});
watch('value', showAll);
showAll();
