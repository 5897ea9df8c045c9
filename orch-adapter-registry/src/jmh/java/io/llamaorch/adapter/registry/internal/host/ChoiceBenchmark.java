package io.llamaorch.adapter.registry.internal.host;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to choose among a thousand replicas, which must take less than 10 µs (DSP-10); the lock is part of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dorg.slf4j.simpleLogger.defaultLogLevel=off")
public class ChoiceBenchmark {

    /** How the replicas are. */
    @Param
    public Fleet.Condition condition;

    /** What the tasks ask for. */
    @Param
    public Fleet.Tasks tasks;

    private Fleet fleet;
    private Wish[] wishes;
    private int next;

    /** Makes the replicas and the tasks. */
    @Setup
    public void make() {
        fleet = new Fleet(condition);
        wishes = fleet.tasks(tasks);
    }

    /** The replica for a task; if none has a place for it, whether it may wait for one. */
    @Benchmark
    public Object choose() {
        Wish wish = wishes[next++ & (wishes.length - 1)];
        return fleet.dispatch.look((choice, line) -> {
            Seat seat = choice.best(wish);
            return seat == null ? choice.refusal(wish, "default") : seat;
        });
    }
}
