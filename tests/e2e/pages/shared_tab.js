/** What somebody shares: a tab that moves, and hums. */

const canvas = document.querySelector('canvas');
const paper = canvas.getContext('2d');
let turn = 0;
document.body.style.margin = '0';
canvas.width = innerWidth;
canvas.height = innerHeight;

setInterval(() => {
  turn += 1;
  paper.fillStyle = '#fdfdfb';
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.fillStyle = `hsl(${(turn * 12) % 360} 60% 40%)`;
  paper.fillRect(0, 0, canvas.width, 70);
  paper.fillRect(40 + ((turn * 8) % (canvas.width - 160)), canvas.height - 120, 80, 80);
  paper.fillStyle = '#1b1d1f';
  paper.font = '32px sans-serif';
  for (let line = 0; line < 6; line += 1) paper.fillText(`Line ${line + 1} of page ${turn}: what is shared is read`, 40, 140 + 48 * line);
}, 50);

const sound = new AudioContext();
const hum = new OscillatorNode(sound, { frequency: 330 });
hum.connect(new GainNode(sound, { gain: 0.2 })).connect(sound.destination);
hum.start();

window.sharedTab = { ready: true };
