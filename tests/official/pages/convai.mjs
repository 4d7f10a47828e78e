// A visitor with Convai's own web SDK. Tests call `visit`, and read what the SDK told in `visit.notes`.
import { ConvaiClient } from "@convai/web-sdk/core";

const notes = [];
const note = (name, value = null) => notes.push({ at: performance.now() / 1000, name, value });
let client = null;

globalThis.visit = {
  notes,

  /** Connect; return "" or what the SDK threw. */
  async connect(config) {
    client = new ConvaiClient(config);
    client.on("connect", () => note("connect"));
    client.on("disconnect", () => note("disconnect"));
    client.on("botReady", () => note("ready"));
    client.on("speakingChange", (is) => note("speaking", is));
    client.on("stateChange", (state) => note("state", state.agentState));
    client.on("error", (error) => note("error", error.message));
    client.on("userTranscriptionChange", (text) => note("interim", text));
    client.on("turnEnd", () => note("turn end"));
    client.on("blendshapes", ({ blendshapes }) => note("face", blendshapes.map((frame) => frame.length)));
    client.on("blendshapeStatsReceived", ({ stats }) => note("stats", stats));
    note("begin");
    return client.connect().then(() => "", (error) => error.message);
  },

  ask: (text) => client.sendUserTextMessage(text),
  interrupt: () => client.sendInterruptMessage(),
  leave: () => client.disconnect(),
  emotion: () => client.state.emotion,
  named: (name) => notes.filter((one) => one.name === name),
  values: (name) => notes.filter((one) => one.name === name).map((one) => one.value),
  lines: () => client.chatMessages.map(({ type, content }) => [type, content]),
  hears: () => [...client.room.remoteParticipants.values()].some((who) => who.isSpeaking),
};
