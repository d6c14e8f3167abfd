// Show the camera, send one small image after another, and draw the result over it. The next image is sent when the
// previous one is answered. The camera is not accessed before the visitor starts it.
const SHORTEST_MS = 100, PATIENCE_MS = 5000, SAY_EVERY_MS = 3000, LONG_SIDE_PX = 640;
const part = (name) => element.querySelector(`.dd-camera-${name}`);
const answer = () => document.querySelector('#camera-answer [data-number]');
let stream = null, number = 0, drawn = 0, sentAt = 0, timer = 0, saidAt = 0, said = '', answered = [];
const canvas = document.createElement('canvas');

const say = (words) => { part('said').textContent = words; };
const later = (wait) => { clearTimeout(timer); timer = setTimeout(send, wait); };
const shown = () => part('stage').getClientRects().length > 0 && !document.hidden;
const send = () => {
    const video = part('video');
    if (!stream) return;
    if (!element.isConnected || !part('stage').getClientRects().length) return stop();
    if (!shown() || !video.videoWidth) return later(SHORTEST_MS);
    const scale = Math.min(1, LONG_SIDE_PX / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    number += 1;
    sentAt = performance.now();
    later(PATIENCE_MS);  // if no answer comes
    trigger('look', { number, image: canvas.toDataURL('image/jpeg', 0.85) });
};
const draw = () => {
    const found = answer();
    if (!stream || !found || drawn === number || Number(found.dataset.number) !== number) return;
    drawn = number;
    document.body.dataset.camera = 'yes';  // the answer belongs to this camera
    if (found.dataset.stop) { stop(); return say(found.textContent.trim()); }
    const boxes = JSON.parse(found.dataset.faces).map(([x, y, width, height, outcome, words]) => {
        const box = document.createElement('div');
        box.className = `dd-camera-box dd-${outcome}`;
        Object.assign(box.style, { left: `${x}%`, top: `${y}%`, width: `${width}%`, height: `${height}%` });
        const label = box.appendChild(document.createElement('span'));
        label.textContent = words;
        return box;
    });
    part('boxes').replaceChildren(...boxes);
    const now = performance.now();
    answered = [...answered.filter((at) => now - at < 3000), now];
    element.dataset.rate = (answered.length / 3).toFixed(1);
    if (found.dataset.said !== said && now - saidAt > SAY_EVERY_MS) {
        [said, saidAt] = [found.dataset.said, now];
        say(said);
    }
    later(Math.max(0, SHORTEST_MS - (now - sentAt)));
};
const show = (running) => {
    [part('start').hidden, part('stop').hidden, part('stage').hidden] = [running, !running, !running];
};
const play = () => {
    part('video').srcObject = stream;
    return part('video').play().catch(() => {});  // this part of the page may be replaced at any time
};
const stop = () => {
    if (!stream) return;
    stream.getTracks().forEach((track) => track.stop());
    stream = null;
    clearTimeout(timer);
    element.dataset.running = '';
    part('boxes').replaceChildren();
    show(false);
    say(element.firstElementChild.dataset.stopped);
    trigger('halt', { number });
    document.body.dataset.camera = '';
    part('start').focus();
};
const start = async () => {
    const words = element.firstElementChild.dataset;
    if (!navigator.mediaDevices) return say(words.insecure);
    try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { width: 640, height: 480 } });
    } catch (error) {
        return say(error.name === 'NotAllowedError' ? words.refused : words.missing);
    }
    stream.getVideoTracks()[0].addEventListener('ended', stop);
    [said, saidAt, answered] = ['', 0, []];
    show(true);
    part('stop').focus();
    say('');
    await play();
    element.dataset.running = 'yes';
    later(0);
};
element.addEventListener('click', (event) => {
    if (event.target.closest('.dd-camera-start')) start();
    if (event.target.closest('.dd-camera-stop')) stop();
});
// A change of language replaces this part of the page: a running camera continues in the new one.
new MutationObserver(() => {
    if (!stream || !part('video')) return;
    if (part('stage').hidden) show(true);
    if (part('video').srcObject !== stream) play();
}).observe(element, { subtree: true, childList: true, attributeFilter: ['hidden'] });
new MutationObserver(draw).observe(document.getElementById('camera-answer'), {
    subtree: true, childList: true, attributes: true, characterData: true,
});
