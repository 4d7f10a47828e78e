// A visitor with LiveKit's own web client. Tests call `visit`, and read what the client told in `visit.notes`.
import { Room, RoomEvent, TokenSource, setLogLevel } from "livekit-client";

setLogLevel("warn");
const notes = [];
const note = (name, value = null) => notes.push({ at: performance.now() / 1000, name, value });
const room = new Room();
const agent = () => [...room.remoteParticipants.values()].find((who) => who.isAgent && !on_behalf(who));
const on_behalf = (who) => who.attributes["lk.publish_on_behalf"];
let frames = 0;

const show = (track, publication, who) => {
  note("track", [who.identity, track.kind, publication.source]);
  const element = track.attach();
  document.body.append(element);
  const count = () => {
    frames += 1;
    element.requestVideoFrameCallback(count);
  };
  if (track.kind === "video") element.requestVideoFrameCallback(count);
};

const read = async (reader, { identity }) => {
  const begun = { ...reader.info.attributes };
  const pieces = [];
  for await (const piece of reader) pieces.push(piece);
  note("words", { identity, pieces, begun, ended: { ...reader.info.attributes } });
};

globalThis.visit = {
  notes,

  /** Ask the endpoint for a token and join; return what the client made of the answer. */
  async connect(url, headers, options) {
    room.on(RoomEvent.TrackSubscribed, show);
    room.on(RoomEvent.ParticipantAttributesChanged, (changed, who) => note("attributes", [who.identity, changed]));
    room.on(RoomEvent.TranscriptionReceived, (segments) => note("older words", segments.map((one) => one.text)));
    room.on(RoomEvent.LocalTrackSubscribed, (publication) => note("heard", publication.source));
    room.on(RoomEvent.ParticipantDisconnected, (who) => note("left", who.identity));
    room.on(RoomEvent.Disconnected, (reason) => note("disconnected", reason));
    room.registerTextStreamHandler("lk.transcription", read);
    const answer = await TokenSource.endpoint(url, { headers }).fetch(options);
    await room.connect(answer.serverUrl, answer.participantToken);
    await room.localParticipant.setMicrophoneEnabled(true);
    return answer;
  },

  /** Ask for a token alone; return "" or what the client threw. */
  token: (url, headers, options) => TokenSource.endpoint(url, { headers }).fetch(options).then(() => "", (error) => error.message),

  members: () => [...room.remoteParticipants.values()].map((who) => [who.identity, who.isAgent, { ...who.attributes }]),
  state: () => agent()?.attributes["lk.agent.state"],
  chat: (text) => room.localParticipant.sendText(text, { topic: "lk.chat" }),
  call: (method) => room.localParticipant.performRpc({ destinationIdentity: agent().identity, method, payload: "" }),
  frames: () => frames,
  values: (name) => notes.filter((one) => one.name === name).map((one) => one.value),
  leave: () => room.disconnect(),

  /** Return the energy of the sound that arrived so far. */
  async loudness() {
    let sum = 0;
    for (const who of room.remoteParticipants.values())
      for (const publication of who.audioTrackPublications.values())
        for (const report of (await publication.track?.getRTCStatsReport())?.values() ?? [])
          sum += report.totalAudioEnergy ?? 0;
    return sum;
  },
};
