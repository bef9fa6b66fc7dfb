/** What somebody shares: a tab that moves, and hums. */

const canvas = document.querySelector('canvas');
const paper = canvas.getContext('2d');
let turn = 0;

setInterval(() => {
  turn += 1;
  paper.fillStyle = `hsl(${(turn * 12) % 360} 70% 45%)`;
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.fillStyle = 'white';
  paper.font = '64px sans-serif';
  paper.fillText(`Page ${turn}`, 40, 200);
}, 50);

const sound = new AudioContext();
const hum = new OscillatorNode(sound, { frequency: 330 });
hum.connect(new GainNode(sound, { gain: 0.2 })).connect(sound.destination);
hum.start();

window.sharedTab = { ready: true };
