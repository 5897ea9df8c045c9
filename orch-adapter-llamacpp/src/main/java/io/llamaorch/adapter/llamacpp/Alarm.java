package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.wire.Call;
import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of a job beside those of its limits: something is awaited, and if it does not come, a step runs on the
 * I/O thread.
 *
 * <p>Thread safety: safe for concurrent use; one thing is awaited at a time.
 */
final class Alarm {

    private final String job;
    private final TimeSource time;
    private volatile TimeSource.@Nullable Scheduled armed;

    Alarm(String job, TimeSource time) {
        this.job = job;
        this.time = time;
    }

    void set(Duration wait, String what, Call call, Runnable step) {
        armed = time.schedule(wait, new Ring(what, call, step));
    }

    void stop() {
        TimeSource.Scheduled timer = armed;
        if (timer != null) {
            timer.cancel();
        }
    }

    private final class Ring implements Runnable {
        private final String what;
        private final Call call;
        private final Runnable step;

        private Ring(String what, Call call, Runnable step) {
            this.what = what;
            this.call = call;
            this.step = step;
        }

        @Override
        public void run() {
            call.execute(step);
        }

        @Override
        public String toString() {
            return "wait of job " + job + " for " + what;
        }
    }
}
