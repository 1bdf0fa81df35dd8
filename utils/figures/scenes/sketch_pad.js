// Every event of the square comes here: this is the canvas, n its drawing's side.
const n = +this.dataset.pixels, pen = this.getContext('2d'), unit = this.width / n;
const at = [event.offsetX, event.offsetY];
if (event.type === 'pointerdown') {
  this.last = at;
  this.setPointerCapture(event.pointerId);
}
if (!this.last) return;
pen.lineCap = 'round';
pen.lineWidth = (event.buttons & 2 || event.shiftKey ? 4 : 1.2) * unit;
pen.strokeStyle = event.buttons & 2 || event.shiftKey ? 'white' : 'black';
pen.beginPath();
pen.moveTo(...this.last);
pen.lineTo(...at);
pen.stroke();
this.last = at;
if (event.type !== 'pointerup') return;
this.last = null;
const small = document.createElement('canvas');
small.width = small.height = n;
small.getContext('2d').drawImage(this, 0, 0, n, n);
const bytes = small.getContext('2d').getImageData(0, 0, n, n).data;
let ink = '';
for (let i = 0; i < bytes.length; i += 4) ink += Math.round((255 - bytes[i]) / 28.4);
const box = this.closest('.sketch-pad').querySelector('textarea');
box.value = ink;
box.dispatchEvent(new Event('input', {bubbles: true}));
box.dispatchEvent(new Event('change', {bubbles: true}));
