// Plays motions of two hands on canvases inside a page: play, pause, scrub, drag to look around.
// One figure holds one or several motions of the same length side by side, under one clock and one camera.
// The drawing follows viewing/hands.py: rounded bones and palms, nearest last, a halo of paper, a soft shadow.
(() => {
  "use strict";
  const SKELETON = __SKELETON__;
  const MISSING = -32768;
  const QUARTER_TURN = Math.PI / 2;
  const MARGIN = SKELETON.margin;

  /** Base64 of little-endian int16 -> metres, NaN where missing. */
  function decode(text, metresPerUnit) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const units = new DataView(bytes.buffer);
    return Float32Array.from({ length: bytes.length / 2 }, (_, i) => {
      const unit = units.getInt16(2 * i, true);
      return unit === MISSING ? NaN : unit * metresPerUnit;
    });
  }

  /** Orthographic view: [right, up, nearness] of a world point. */
  function project(camera, x, y, z) {
    const across = camera.cosA * x + camera.sinA * y;
    const away = -camera.sinA * x + camera.cosA * y;
    return [across, camera.cosE * z + camera.sinE * away, camera.sinE * z - camera.cosE * away];
  }

  function cameraOf(azimuth, elevation) {
    return {
      azimuth, elevation,
      cosA: Math.cos(azimuth), sinA: Math.sin(azimuth),
      cosE: Math.cos(elevation), sinE: Math.sin(elevation),
    };
  }

  /** Middle of all motions, the height of the floor, and the window of their view from the first camera. */
  function extentOf(motions, camera) {
    const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
    for (const motion of motions) {
      for (let i = 0; i < motion.length; i++) {
        if (motion[i] < low[i % 3]) low[i % 3] = motion[i];
        if (motion[i] > high[i % 3]) high[i % 3] = motion[i];
      }
    }
    const centre = low.map((value, axis) => (value + high[axis]) / 2);
    const view = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
    const include = (x, y, z) => {
      const [u, v] = project(camera, x - centre[0], y - centre[1], z - centre[2]);
      view.left = Math.min(view.left, u);
      view.right = Math.max(view.right, u);
      view.bottom = Math.min(view.bottom, v);
      view.top = Math.max(view.top, v);
    };
    for (const motion of motions) {
      for (let i = 0; i < motion.length; i += 3) {
        if (!Number.isFinite(motion[i])) continue;
        include(motion[i], motion[i + 1], motion[i + 2]);
        include(motion[i], motion[i + 1], low[2]);
      }
    }
    return { centre, floor: low[2] - SKELETON.floorBelow - centre[2], ...view };
  }

  function drawLine(context, points, colour, width, closed) {
    context.beginPath();
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.strokeStyle = colour;
    context.lineWidth = width;
    if (closed) {
      context.closePath();
      context.fillStyle = colour;
      context.fill();
    }
    context.stroke();
  }

  function signedArea(points) {
    return points.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = points[(i + 1) % points.length];
      return sum + x * nextY - y * nextX;
    }, 0);
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  class View {
    constructor(canvas, motion, extent) {
      Object.assign(this, { canvas, motion, extent });
      this.context = canvas.getContext("2d");
    }

    draw(frame, camera) {
      const ratio = window.devicePixelRatio || 1;
      const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
      if (this.canvas.width !== Math.round(width * ratio)) {
        this.canvas.width = Math.round(width * ratio);
        this.canvas.height = Math.round(height * ratio);
      }
      const context = this.context, style = getComputedStyle(this.canvas);
      const paper = style.getPropertyValue("--paper").trim() || "#fff";
      const shadow = style.getPropertyValue("--shadow").trim() || "#eceef1";
      const { left, right, bottom, top } = this.extent;
      const scale = Math.min(width / (right - left + 2 * MARGIN), height / (top - bottom + 2 * MARGIN));
      const middleU = (left + right) / 2, middleV = (bottom + top) / 2;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.lineCap = context.lineJoin = "round";
      const pieces = [];
      for (let hand = 0; hand < 2; hand++) {
        const joints = this.handAt(frame, hand);
        if (!joints.every(Number.isFinite)) continue;
        const place = (joint, z) => {
          const x = joints[3 * joint], y = joints[3 * joint + 1];
          const [u, v, near] = project(camera, x, y, z === undefined ? joints[3 * joint + 2] : z);
          return [width / 2 + (u - middleU) * scale, height / 2 - (v - middleV) * scale, near];
        };
        this.shade(place, shadow, scale);
        this.collect(pieces, place, hand, paper, scale);
      }
      pieces.sort((a, b) => a.near - b.near);
      for (const piece of pieces) piece.draw(context);
    }

    /** The 21 joints of a hand relative to the middle of the extent. */
    handAt(frame, hand) {
      const start = (frame * 2 + hand) * 63;
      return Array.from(this.motion.subarray(start, start + 63), (value, i) => value - this.extent.centre[i % 3]);
    }

    shade(place, colour, scale) {
      const onFloor = (joint) => place(joint, this.extent.floor);
      for (const chain of SKELETON.chains) {
        drawLine(this.context, chain.map(onFloor), colour, SKELETON.widths[1] * scale, false);
      }
      drawLine(this.context, SKELETON.palm.map(onFloor), colour, SKELETON.widths[0] * scale, true);
    }

    collect(pieces, place, hand, paper, scale) {
      const add = (points, colour, width, closed) =>
        pieces.push({
          near: mean(points.map((point) => point[2])),
          draw: (context) => {
            drawLine(context, points, paper, width + 2.4, closed);
            drawLine(context, points, colour, width, closed);
          },
        });
      const palm = SKELETON.palm.map((joint) => place(joint));
      const showsBack = signedArea(palm) < 0 === (hand === 0);
      add(palm, SKELETON.palmColours[hand][showsBack ? 0 : 1], SKELETON.widths[0] * scale, true);
      SKELETON.chains.forEach((chain, finger) => {
        for (let bone = 0; bone < 3; bone++) {
          const ends = [place(chain[bone]), place(chain[bone + 1])];
          add(ends, SKELETON.fingerColours[hand][finger], SKELETON.widths[bone] * scale, false);
        }
      });
    }
  }

  class Player {
    constructor(figure) {
      const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
      const motions = data.motions.map((text) => decode(text, data.metresPerUnit));
      this.frames = data.frames;
      this.fps = data.fps;
      this.camera = cameraOf(SKELETON.azimuth, SKELETON.elevation);
      const extent = extentOf(motions, this.camera);
      const canvases = [...figure.querySelectorAll("canvas")];
      this.views = canvases.map((canvas, i) => new View(canvas, motions[i], extent));
      this.button = figure.querySelector("button");
      this.slider = figure.querySelector("input");
      this.clock = figure.querySelector("output");
      this.time = 0;
      this.visible = false;
      this.playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.listen(figure, canvases);
      this.show();
    }

    listen(figure, canvases) {
      this.button.addEventListener("click", () => this.setPlaying(!this.playing));
      this.slider.addEventListener("input", () => {
        this.time = Number(this.slider.value) / this.fps;
        this.setPlaying(false);
      });
      canvases.forEach((canvas) => this.orbitBy(canvas));
      new IntersectionObserver((entries) => {
        this.visible = entries[entries.length - 1].isIntersecting;
        this.run();
      }).observe(figure);
      new ResizeObserver(() => this.show()).observe(figure);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.show());
    }

    orbitBy(canvas) {
      canvas.addEventListener("pointermove", (event) => {
        if (!event.buttons) return;
        const elevation = this.camera.elevation + event.movementY * 0.01;
        this.camera = cameraOf(
          this.camera.azimuth - event.movementX * 0.01,
          Math.min(QUARTER_TURN, Math.max(-QUARTER_TURN, elevation)),
        );
        this.show();
      });
      canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
      canvas.addEventListener("dblclick", () => {
        this.camera = cameraOf(SKELETON.azimuth, SKELETON.elevation);
        this.show();
      });
    }

    setPlaying(playing) {
      this.playing = playing;
      this.show();
      this.run();
    }

    /** Keep drawing while playing and on screen; a hidden figure costs nothing. */
    run() {
      if (this.ticking || !this.playing || !this.visible) return;
      this.ticking = true;
      let last = performance.now();
      const tick = (now) => {
        this.time = (this.time + (now - last) / 1000) % (this.frames / this.fps);
        last = now;
        this.show();
        this.ticking = this.playing && this.visible;
        if (this.ticking) requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    }

    show() {
      const frame = Math.min(this.frames - 1, Math.max(0, Math.floor(this.time * this.fps + 1e-6)));
      this.views.forEach((view) => view.draw(frame, this.camera));
      this.button.textContent = this.playing ? "❚❚" : "►";
      this.button.setAttribute("aria-label", this.playing ? "pause" : "play");
      this.slider.value = String(frame);
      this.clock.textContent = `${(frame / this.fps).toFixed(2)} s`;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("figure.motions").forEach((figure) => new Player(figure));
  });
})();
