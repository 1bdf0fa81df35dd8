/* Two players on a line, in the browser: the game of lesson 03 without Python.

   Real data are N(1.5, 0.5²). G turns noise z ~ N(0, 1) into az + b; D is a network of
   1-32-32-1 units with leaky ReLU. Both learn by Adam, as Keras has it: from the same start
   and noise, the same numbers as `utils.models.GAN`, which a test compares in Node. */
"use strict";
(() => {
  const REAL = { mean: 1.5, std: 0.5 }, WIDTH = 32, BATCH = 256, SLOPE = 0.2;

  // ---- Random numbers: the same for a seed, everywhere (mulberry32, Box and Muller).
  function generator(seed) {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const normal = () =>
      Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    return { uniform, normal };
  }

  // ---- D: all its weights in one array, layer by layer, as Keras lists them.
  const W1 = 0, B1 = WIDTH, W2 = 2 * WIDTH, B2 = W2 + WIDTH * WIDTH;
  const W3 = B2 + WIDTH, B3 = W3 + WIDTH, SIZE = B3 + 1;

  class Discriminator {
    constructor(random) {
      this.weights = new Float64Array(SIZE); // biases start at 0
      const fill = (from, rows, columns) => { // Glorot and Bengio (2010)
        const limit = Math.sqrt(6 / (rows + columns));
        for (let i = from; i < from + rows * columns; i++)
          this.weights[i] = limit * (2 * random.uniform() - 1);
      };
      [[W1, 1, WIDTH], [W2, WIDTH, WIDTH], [W3, WIDTH, 1]].forEach((layer) => fill(...layer));
      // Activations of the last point seen.
      [this.first, this.second] = [new Float64Array(WIDTH), new Float64Array(WIDTH)];
      this.unused = new Float64Array(SIZE); // a gradient that nobody asked for
    }
    logit(x) {
      const w = this.weights;
      for (let i = 0; i < WIDTH; i++) {
        const sum = w[W1 + i] * x + w[B1 + i];
        this.first[i] = sum > 0 ? sum : SLOPE * sum;
      }
      let out = w[B3];
      for (let j = 0; j < WIDTH; j++) {
        let sum = w[B2 + j];
        for (let i = 0; i < WIDTH; i++) sum += this.first[i] * w[W2 + i * WIDTH + j];
        this.second[j] = sum > 0 ? sum : SLOPE * sum;
        out += this.second[j] * w[W3 + j];
      }
      return out;
    }

    // The chain rule from the logit of the last point back to x, whose slope it returns;
    // on the way `share` times the gradient by each weight is added to `gradient`.
    backward(x, share, gradient = this.unused) {
      const w = this.weights, back = new Float64Array(WIDTH);
      let slope = 0;
      for (let j = 0; j < WIDTH; j++) {
        const passed = share * w[W3 + j] * (this.second[j] > 0 ? 1 : SLOPE);
        gradient[W3 + j] += share * this.second[j];
        gradient[B2 + j] += passed;
        for (let i = 0; i < WIDTH; i++) {
          back[i] += passed * w[W2 + i * WIDTH + j];
          gradient[W2 + i * WIDTH + j] += passed * this.first[i];
        }
      }
      for (let i = 0; i < WIDTH; i++) {
        const passed = back[i] * (this.first[i] > 0 ? 1 : SLOPE);
        gradient[W1 + i] += passed * x;
        gradient[B1 + i] += passed;
        slope += passed * w[W1 + i];
      }
      gradient[B3] += share;
      return slope;
    }
  }

  // ---- Adam (Kingma and Ba 2015), with β₁ = 0.5 as in the lesson.
  class Adam {
    constructor(size, first = 0.5, second = 0.999) {
      [this.mean, this.square] = [new Float64Array(size), new Float64Array(size)];
      Object.assign(this, { first, second, steps: 0 });
    }
    descend(weights, gradient, rate) {
      this.steps += 1;
      const left = Math.fround(Math.fround(this.second) ** this.steps); // Keras: in float32
      const now = (rate * Math.sqrt(1 - left)) / (1 - this.first ** this.steps);
      for (let i = 0; i < weights.length; i++) {
        this.mean[i] += (1 - this.first) * (gradient[i] - this.mean[i]);
        this.square[i] += (1 - this.second) * (gradient[i] ** 2 - this.square[i]);
        weights[i] -= (now * this.mean[i]) / (Math.sqrt(this.square[i]) + 1e-7);
      }
    }
  }

  const sigmoid = (t) => 1 / (1 + Math.exp(-t));
  const softplus = (t) => Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
  const density = (x, mean, std) =>
    Math.exp(-0.5 * ((x - mean) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));

  class Game {
    constructor(seed = 0, settings = {}) {
      this.settings = { rateD: 0.01, rateG: 0.1, steps: 1, loss: "non-saturating", ...settings };
      this.random = generator(seed);
      this.discriminator = new Discriminator(this.random);
      this.generator = new Float64Array([0.5, -1.5]); // a and b
      [this.adam, this.turns] = [{ D: new Adam(SIZE), G: new Adam(2) }, 0];
    }
    generate(z) { return this.generator[0] * z + this.generator[1]; }
    draw() { return Math.fround(this.random.normal()); }
    noise() { return Float64Array.from({ length: BATCH }, () => this.draw()); }
    realBatch() { return this.noise().map((z) => Math.fround(REAL.mean + REAL.std * z)); }

    // D goes up on V(D, G) = E log D(x) + E log(1 − D(G(z))): down on minus it.
    stepD(real = this.realBatch(), noise = this.noise()) {
      const gradient = new Float64Array(SIZE), D = this.discriminator;
      for (const x of real) D.backward(x, -sigmoid(-D.logit(x)) / BATCH, gradient);
      for (const x of noise.map((z) => this.generate(z)))
        D.backward(x, sigmoid(D.logit(x)) / BATCH, gradient);
      this.adam.D.descend(D.weights, gradient, this.settings.rateD);
    }
    // Minus the slope of G's loss by one generated point: where G is told to go.
    push(x) {
      const logit = this.discriminator.logit(x);
      const share = this.settings.loss === "minimax" ? sigmoid(logit) : sigmoid(-logit);
      return this.discriminator.backward(x, share);
    }
    stepG(noise = this.noise()) {
      const gradient = [0, 0];
      for (const z of noise) {
        const push = this.push(this.generate(z)) / BATCH;
        gradient[0] -= push * z; gradient[1] -= push;
      }
      this.adam.G.descend(this.generator, gradient, this.settings.rateG);
    }
    // One turn: D `steps` times on one real batch with new noise each time, then G.
    turn() {
      const real = this.realBatch();
      for (let k = 0; k < this.settings.steps; k++) this.stepD(real);
      this.stepG();
      this.turns += 1;
    }
    densities(x) {
      const [a, b] = this.generator;
      return [density(x, REAL.mean, REAL.std), density(x, b, Math.max(Math.abs(a), 0.02))];
    }

    // The exact JS in nats, and what D reads of it, log 2 + V(D, G) / 2: at most the JS.
    measure() {
      let js = 0, value = 0;
      const part = (p, q) => (p > 0 ? 0.5 * p * Math.log((2 * p) / (p + q)) : 0);
      for (let x = -9; x <= 9; x += 0.02) {
        const [p, q] = this.densities(x), logit = this.discriminator.logit(x);
        js += 0.02 * (part(p, q) + part(q, p));
        value -= 0.02 * (p * softplus(-logit) + q * softplus(logit));
      }
      return { js, reading: Math.LN2 + value / 2 };
    }
  }

  // ---- From here on the page: a panel on the line, a chart over time, and controls.
  const LOW = -4, HIGH = 5, COLORS = { real: "#0072B2", generated: "#D55E00",
    discriminator: "#009E73", exact: "#000000" }; // those of utils/figures/theme.py
  const CHOICES = { // name: label, what there is to choose, what is chosen at first
    speed: ["turns per second", [1, 5, 20, 60], 20],
    rateD: ["rate of D", [0.001, 0.003, 0.01, 0.03, 0.1], 0.01],
    rateG: ["rate of G", [0.01, 0.03, 0.1, 0.3], 0.1],
    steps: ["steps of D per turn", [1, 2, 5, 10], 1],
    loss: ["loss of G", ["non-saturating", "minimax"], "non-saturating"],
  };

  function controls(chosen) {
    const buttons = [["D", "Step D"], ["G", "Step G"], ["run", "Run"], ["reset", "Reset"]].map(
      ([name, text]) => `<button type="button" data-do="${name}">${text}</button>`);
    const choices = Object.entries({ ...CHOICES, ...chosen }).map(([name, [label, values, first]]) => {
      const options = values.map((v) => `<option${v === first ? " selected" : ""}>${v}</option>`);
      return `<label>${label} <select name="${name}">${options.join("")}</select></label>`;
    });
    const canvas = '<canvas role="img" style="width: 100%"></canvas>';
    const shown = [buttons.join(" "), choices.join(" "), canvas + canvas];
    return shown.map((part) => `<div>${part}</div>`).join("") + '<p aria-live="polite"></p>';
  }

  function line(c, points, color, dash = [], fill = "") {
    c.beginPath();
    points.forEach(([x, y]) => c.lineTo(x, y));
    c.setLineDash(dash);
    [c.strokeStyle, c.fillStyle] = [color, color + fill];
    if (fill) c.fill();
    c.stroke();
  }

  // White paper of the width there is, sharp on every screen, whatever the theme.
  function paper(canvas, height, names) {
    const scale = window.devicePixelRatio || 1, width = canvas.clientWidth || 640;
    [canvas.width, canvas.height] = [width * scale, height * scale];
    const c = canvas.getContext("2d");
    c.scale(scale, scale);
    [c.lineWidth, c.font, c.fillStyle] = [2, "13px sans-serif", "#FFFFFF"];
    c.fillRect(0, 0, width, height);
    Object.entries(names).forEach(([color, text], i) => {
      c.fillStyle = COLORS[color];
      c.fillRect(8, 7 + 16 * i, 10, 10);
      c.fillStyle = "#262626"; // small text in the colors themselves would be too pale
      c.fillText(text, 24, 16 + 16 * i);
    });
    return [c, width];
  }

  function drawGame(canvas, game) {
    const [c, width] = paper(canvas, 300, { real: "real data, p(x)",
      generated: "generated, q(x); where G moves", exact: "best D, p / (p + q)",
      discriminator: "D(x), from 0 to 1" });
    const peak = 0.62 / density(0, 0, REAL.std);
    const at = (x) => ((x - LOW) / (HIGH - LOW)) * width, up = (y) => 235 - 165 * y;
    const grid = Array.from({ length: 226 }, (_, i) => LOW + (i * (HIGH - LOW)) / 225);
    const curve = (f) => grid.map((x) => [at(x), up(f(...game.densities(x), x))]);
    line(c, curve((p) => peak * p), COLORS.real, [], "33");
    line(c, curve((p, q) => Math.min(1.2, peak * q)), COLORS.generated, [], "33");
    line(c, curve((p, q) => (p + q > 0 ? p / (p + q) : 0.5)), COLORS.exact, [6, 4]);
    line(c, curve((p, q, x) => sigmoid(game.discriminator.logit(x))), COLORS.discriminator);
    const same = generator(7); // the same sixteen z at every moment
    for (let i = 0; i < 16; i++) {
      const x = game.generate(same.normal()), tip = x + 0.4 * game.push(x);
      const y = 246 + 9 * (i % 4), back = at(tip) - 4 * Math.sign(tip - x);
      line(c, [[at(x), y], [at(tip), y], [back, y - 3]], COLORS.generated);
      line(c, [[at(tip), y], [back, y + 3]], COLORS.generated);
    }
    c.fillStyle = "#262626";
    for (let x = LOW + 1; x < HIGH; x++) c.fillText(x, at(x) - 4, 297);
  }

  function drawHistory(canvas, history) {
    const [c, width] = paper(canvas, 150, { exact: "exact JS, from 0 to log 2 nats",
      discriminator: "what D reads of it" });
    const at = (i) => (i / Math.max(50, history.length - 1)) * width;
    const up = (value) => 135 - (95 * Math.max(-0.1, value)) / Math.LN2;
    line(c, [[0, up(0)], [width, up(0)]], "#6E6E6E");
    line(c, history.map(({ js }, i) => [at(i), up(js)]), COLORS.exact, [6, 4]);
    line(c, history.map((now, i) => [at(i), up(now.reading)]), COLORS.discriminator);
  }

  const LINE = { Game, draw: drawGame, chart: drawHistory,
    tell: ({ turns, generator: [a, b] }, { js, reading }) =>
      `Turn ${turns}: G draws ${a.toFixed(2)} z + ${b.toFixed(2)}; ` +
      `exact JS ${js.toFixed(3)}, D reads ${reading.toFixed(3)} nats.` };
  // A scene: what is played, drawn and told; `choices` may differ from those above.
  function mount(root, scene) {
    root.dataset.mounted = "yes";
    root.innerHTML = controls(scene.choices);
    const [panel, chart] = root.querySelectorAll("canvas"), told = root.lastElementChild;
    const field = (name) => root.querySelector(`[name=${name}]`).value;
    const button = (name) => root.querySelector(`[data-do=${name}]`);
    let game, history, running = false, last = 0;
    const show = () => {
      scene.draw(panel, game);
      scene.chart(chart, history);
      told.textContent = scene.tell(game, history[history.length - 1]);
      panel.setAttribute("aria-label", `Both players now. ${told.textContent}`);
      chart.setAttribute("aria-label", `What was measured so far. ${told.textContent}`);
    };
    const settle = () => Object.assign(game.settings, { loss: field("loss"),
      steps: +field("steps"), rateD: +field("rateD"), rateG: +field("rateG") });
    const act = (move) => { settle(); move(); history.push(game.measure()); show(); };
    const reset = () => { game = new scene.Game(0); settle(); history = [game.measure()]; show(); };
    const run = (wanted) => {
      running = wanted;
      button("run").textContent = running ? "Pause" : "Run";
      told.setAttribute("aria-live", running ? "off" : "polite"); // no reading of each turn
      if (running) requestAnimationFrame(frame);
    };
    const frame = (time) => {
      if (!running || !root.isConnected) return;
      if (time - last >= 1000 / field("speed")) {
        last = time;
        act(() => game.turn());
        if (game.turns % 500 === 0) run(false); // nothing moves for ever
      }
      requestAnimationFrame(frame);
    };
    button("D").onclick = () => act(() => game.stepD());
    button("G").onclick = () => act(() => game.stepG());
    button("run").onclick = () => run(!running);
    button("reset").onclick = () => { run(false); reset(); };
    root.onchange = () => { settle(); show(); };
    window.addEventListener("resize", show);
    reset();
    if (!window.matchMedia("(prefers-reduced-motion)").matches) run(root.dataset.play === "yes");
  }

  const shared = { Game, Adam, generator, sigmoid, COLORS, line, paper, mount };
  if (typeof document === "undefined") module.exports = shared;
  else (window.twoPlayers = shared) && document.querySelectorAll(
    ".two-players:not([data-mounted], .plane)").forEach((root) => mount(root, LINE));
})();
