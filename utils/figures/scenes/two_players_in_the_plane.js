/* Two players in the plane, in the browser: a ring of eight modes, as in lesson 03.

   It goes on where two_players.js ends, which has to be loaded first. G is a network of
   2-64-64-2 units with ReLU, D one of 2-64-64-1 with leaky ReLU; both learn by Adam
   without momentum, which would make them run around the ring. */
"use strict";
(() => {
  const alone = typeof document === "undefined";
  const { Adam, generator, sigmoid, COLORS, line, paper, mount } = alone
    ? require("./two_players.js") : window.twoPlayers;
  const BATCH = 64, MODES = 8, STD = 0.05, HIDDEN = 64, BOUND = 1.5;
  const MEANS = Array.from({ length: MODES }, (_, k) =>
    [Math.cos((2 * Math.PI * k) / MODES), Math.sin((2 * Math.PI * k) / MODES)]);

  // ---- A network: all its weights in one array, layer by layer, as Keras lists them.
  class Network {
    constructor(sizes, slope, random) {
      let size = 0;
      this.layers = sizes.slice(1).map((columns, i) => {
        const layer = { rows: sizes[i], columns, from: size, slope };
        size += (sizes[i] + 1) * columns;
        return layer;
      });
      this.layers[this.layers.length - 1].slope = 1; // the last one is linear
      this.weights = new Float64Array(size);
      for (const { rows, columns, from } of this.layers) {
        const limit = Math.sqrt(6 / (rows + columns)); // Glorot and Bengio (2010)
        for (let i = 0; i < rows * columns; i++)
          this.weights[from + i] = limit * (2 * random.uniform() - 1);
      }
      this.seen = sizes.map((n) => new Float64Array(n)); // activations of the last point
      this.unused = new Float64Array(size); // a gradient that nobody asked for
    }

    of(point) {
      const w = this.weights;
      this.seen[0].set(point);
      for (let k = 0; k < this.layers.length; k++) {
        const { rows, columns, from, slope } = this.layers[k];
        const input = this.seen[k], out = this.seen[k + 1], bias = from + rows * columns;
        for (let j = 0; j < columns; j++) out[j] = w[bias + j];
        for (let i = 0, at = from; i < rows; i++) {
          const value = input[i];
          if (value === 0) at += columns; // a ReLU that is shut
          else for (let j = 0; j < columns; j++, at++) out[j] += value * w[at];
        }
        for (let j = 0; j < columns; j++) if (out[j] < 0) out[j] *= slope;
      }
      return this.seen[this.layers.length];
    }

    // The chain rule from the last point's output back to the point, whose slopes it
    // returns; on the way the gradient by each weight is added up.
    backward(slopes, gradient = this.unused) {
      const w = this.weights;
      let back = Float64Array.from(slopes);
      for (let k = this.layers.length - 1; k >= 0; k--) {
        const { rows, columns, from, slope } = this.layers[k];
        const input = this.seen[k], out = this.seen[k + 1], bias = from + rows * columns;
        const before = new Float64Array(rows);
        for (let j = 0; j < columns; j++) {
          if (out[j] <= 0) back[j] *= slope;
          gradient[bias + j] += back[j];
        }
        for (let i = 0, at = from; i < rows; i++)
          for (let j = 0; j < columns; j++, at++) {
            before[i] += back[j] * w[at];
            gradient[at] += back[j] * input[i];
          }
        back = before;
      }
      return back;
    }
  }

  class Game {
    constructor(seed = 0, settings = {}) {
      this.settings = { rateD: 0.003, rateG: 0.003, steps: 1, loss: "non-saturating", ...settings };
      this.random = generator(seed);
      this.generator = new Network([2, HIDDEN, HIDDEN, 2], 0, this.random);
      this.discriminator = new Network([2, HIDDEN, HIDDEN, 1], 0.2, this.random);
      const adam = (network) => new Adam(network.weights.length, 0, 0.99);
      this.adam = { D: adam(this.discriminator), G: adam(this.generator) };
      this.turns = 0;
    }

    point() { return [0, 0].map(() => Math.fround(this.random.normal())); }
    noise(n = BATCH) { return Array.from({ length: n }, () => this.point()); }
    realBatch() {
      return this.noise().map((z) => {
        const mean = MEANS[Math.floor(MODES * this.random.uniform())];
        return z.map((value, axis) => Math.fround(mean[axis] + STD * value));
      });
    }
    logit(x) { return this.discriminator.of(x)[0]; }
    generate(z) { return [...this.generator.of(z)]; }

    stepD(real = this.realBatch(), noise = this.noise()) {
      const D = this.discriminator, gradient = new Float64Array(D.weights.length);
      for (const x of real) D.backward([-sigmoid(-this.logit(x)) / BATCH], gradient);
      for (const z of noise)
        D.backward([sigmoid(this.logit(this.generate(z))) / BATCH], gradient);
      this.adam.D.descend(D.weights, gradient, this.settings.rateD);
    }
    // Minus the slope of G's loss by one generated point: where G is told to go.
    push(x) {
      const logit = this.logit(x);
      const share = this.settings.loss === "minimax" ? sigmoid(logit) : sigmoid(-logit);
      return this.discriminator.backward([share]);
    }
    stepG(noise = this.noise()) {
      const G = this.generator, gradient = new Float64Array(G.weights.length);
      for (const z of noise) {
        const push = this.push(this.generate(z));
        G.backward(push.map((value) => -value / BATCH), gradient);
      }
      this.adam.G.descend(G.weights, gradient, this.settings.rateG);
    }
    turn() {
      const real = this.realBatch();
      for (let k = 0; k < this.settings.steps; k++) this.stepD(real);
      this.stepG();
      this.turns += 1;
    }

    // Of 256 points: the modes that have some within three standard deviations, and the
    // share of points that are so near to one.
    measure() {
      const same = generator(7), hit = new Set();
      let good = 0;
      for (let i = 0; i < 256; i++) {
        const [x, y] = this.generate([same.normal(), same.normal()]);
        const near = MEANS.findIndex(([a, b]) => Math.hypot(x - a, y - b) < 3 * STD);
        if (near >= 0) { good += 1; hit.add(near); }
      }
      return { modes: hit.size, good: good / 256 };
    }
  }

  // ---- What is drawn: D as a heat map, both kinds of points, and arrows.
  const CELLS = 36;
  const channels = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  const [COLD, WARM] = [channels(COLORS.generated), channels(COLORS.discriminator)];

  function draw(canvas, game) {
    const side = Math.min(480, canvas.clientWidth || 480);
    const [c, width] = paper(canvas, side + 66, { real: "real data: a ring of eight modes",
      generated: "generated; where G moves", discriminator: "D(x) near 1; orange: near 0" });
    const left = (width - side) / 2, cell = side / CELLS;
    const at = ([x, y]) => [left + ((x + BOUND) / (2 * BOUND)) * side,
      60 + ((BOUND - y) / (2 * BOUND)) * side];
    for (let i = 0; i < CELLS; i++)
      for (let j = 0; j < CELLS; j++) {
        const point = [i, j].map((k) => ((k + 0.5) / CELLS) * 2 * BOUND - BOUND);
        const d = sigmoid(game.logit([point[0], -point[1]])), end = d > 0.5 ? WARM : COLD;
        const pale = 0.7 * Math.sqrt(Math.abs(2 * d - 1)); // 0.5 is white
        c.fillStyle = `rgb(${end.map((v) => Math.round(255 + (v - 255) * pale))})`;
        c.fillRect(left + i * cell, 60 + j * cell, cell + 0.6, cell + 0.6);
      }
    c.beginPath();
    c.rect(left, 60, side, side);
    c.clip(); // some points lie outside
    const same = generator(7), dot = (point, color) => {
      c.beginPath();
      c.arc(...at(point), 3, 0, 7);
      [c.fillStyle, c.strokeStyle, c.lineWidth] = [color, "#FFFFFF", 1];
      c.fill();
      c.stroke();
    };
    for (const [a, b] of MEANS)
      for (let i = 0; i < 8; i++)
        dot([a + STD * same.normal(), b + STD * same.normal()], COLORS.real);
    for (let i = 0; i < 96; i++) {
      const x = game.generate([same.normal(), same.normal()]), push = game.push(x);
      const long = 0.25 / Math.max(0.5, Math.hypot(...push));
      c.lineWidth = 1.5;
      if (i < 48) line(c, [at(x), at(x.map((v, k) => v + long * push[k]))], COLORS.generated);
      dot(x, COLORS.generated);
    }
  }

  function chart(canvas, history) {
    const [c, width] = paper(canvas, 130, { exact: "modes found, of eight",
      generated: "share of good points, from 0 to 1" });
    const at = (i) => (i / Math.max(50, history.length - 1)) * width, up = (y) => 120 - 80 * y;
    line(c, [[0, up(0)], [width, up(0)]], "#6E6E6E");
    line(c, history.map(({ modes }, i) => [at(i), up(modes / MODES)]), COLORS.exact, [6, 4]);
    line(c, history.map(({ good }, i) => [at(i), up(good)]), COLORS.generated);
  }

  const rates = [0.001, 0.002, 0.003, 0.005, 0.01];
  const PLANE = { Game, draw, chart,
    choices: { rateD: ["rate of D", rates, 0.003], rateG: ["rate of G", rates, 0.003] },
    tell: (game, { modes, good }) => `Turn ${game.turns}: G finds ${modes} of ${MODES} ` +
      `modes; ${Math.round(100 * good)} % of its points are near one.` };

  if (alone) module.exports = { Game };
  else document.querySelectorAll(".two-players.plane:not([data-mounted])").forEach(
    (root) => mount(root, PLANE));
})();
