/** The time as pages show it. One timer for all, and none while nobody looks. */
class Clock {
  now = $state(Date.now());

  /** Starts ticking; returns how to stop. Call it in an effect of the layout. */
  start(): () => void {
    const tick = () => {
      if (document.visibilityState === "visible") this.now = Date.now();
    };
    const timer = setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }
}

export const clock = new Clock();
