// Following the server's stream: what each frame means for the device's copy.
// Sockets are opened elsewhere; frames are told one after the other.

export class Following {
  /** Up to there this stream has told everything. */
  #seq = null;

  constructor(replica, token) {
    this.replica = replica;
    this.token = token;
  }

  /** What to say first. */
  hello() {
    const since = this.replica.cursor;
    return { event: "hello", data: since === null ? { token: this.token } : { token: this.token, since } };
  }

  /** Take in a frame; what to do next: "go on", "live", "begin again" or "snapshot". */
  async hear(frame) {
    switch (frame.event) {
      case "ready":
        this.#seq = frame.data.seq;
        return frame.data.reset ? "snapshot" : "go on";
      case "live":
      case "pong":
        this.#seq = Math.max(this.#seq ?? 0, frame.data.seq);
        await this.replica.hearing(() => this.#comeTo(frame.data.cursor));
        return frame.event === "live" ? "live" : "go on";
      case "entity:updated":
        return this.#take(frame, frame.data.entity, frame.data.data);
      case "insight:new":
      case "reminder":
        return this.#take(frame, "insights", frame.data);
      default:
        return "go on";
    }
  }

  async #take({ seq, prevSeq, cursor }, entity, record) {
    if (this.#seq === null || prevSeq > this.#seq) return "begin again";
    if (seq > this.#seq) {
      this.#seq = seq;
      await this.replica.hearing(() => {
        this.replica.hear(entity, record);
        this.#comeTo(cursor);
      });
    }
    return "go on";
  }

  /** While a snapshot is under way its own place is the one to keep. */
  #comeTo(cursor) {
    if (!this.replica.isInSnapshot) this.replica.cursor = cursor;
  }
}
