// A click on a graph, or a key on its slider, picks a frame and requests its image.
const singles = () => [...element.querySelectorAll('.dd-timeline[data-track]')];
const show = (figure) => {
    const points = JSON.parse(figure.dataset.points);
    const slider = figure.querySelector('input[type=range]');
    const [moment, left, time, estimate] = points[slider.value];
    const together = element.querySelector('.dd-together');
    for (const graph of together ? [figure, together] : [figure]) {
        graph.querySelector('.dd-cursor').style.left = `${left}%`;
        graph.querySelector('.dd-cursor').style.visibility = 'visible';
        graph.querySelector('.dd-picked').textContent = `${graph === figure ? '' : `${figure.dataset.name}, `}${time}: ${estimate}`;
    }
    slider.setAttribute('aria-valuetext', `${time}, ${estimate}`);
    return { track: Number(figure.dataset.track), moment };
};
const pick = (figure) => {
    const picked = show(figure);
    // The image takes a moment; Gradio would say so in English.
    const waiting = document.querySelector('#moment');
    if (waiting) waiting.dataset.waiting = figure.dataset.waiting;
    trigger('pick', picked);
};
const showAll = () => singles().reverse().forEach(show);
element.addEventListener('input', (event) => show(event.target.closest('.dd-timeline')));
element.addEventListener('change', (event) => pick(event.target.closest('.dd-timeline')));
element.addEventListener('keydown', (event) => {
    const figure = event.target.matches('input[type=range]') && event.target.closest('.dd-timeline');
    if (figure && event.key === 'Enter') pick(figure);
});
element.addEventListener('click', (event) => {
    const plot = event.target.closest('.dd-plot');
    if (!plot) return;
    const own = plot.closest('.dd-timeline');
    const area = plot.getBoundingClientRect();
    const x = event.clientX - area.left, y = area.bottom - event.clientY;
    let nearest = { distance: Infinity };
    for (const figure of own.dataset.track ? [own] : singles()) {
        JSON.parse(figure.dataset.points).forEach(([, left, , , height], place) => {
            const dx = (left * area.width) / 100 - x;
            const dy = own.dataset.track ? 0 : (height * area.height) / 100 - y;
            const distance = Math.hypot(dx, dy);
            if (distance < nearest.distance) nearest = { distance, figure, place };
        });
    }
    if (!nearest.figure) return;
    nearest.figure.querySelector('input[type=range]').value = nearest.place;
    pick(nearest.figure);
});
watch('value', showAll);
showAll();
