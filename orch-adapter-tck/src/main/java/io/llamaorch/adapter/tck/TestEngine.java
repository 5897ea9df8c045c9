package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Capability;
import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * An engine that stands ready for one conformance test: it behaves as an {@link EngineScript} says, and what an adapter
 * does to it can be seen. A harness that cannot tell something throws {@link NotTestable} with the reason.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public interface TestEngine extends AutoCloseable {

    /**
     * Tells an adapter how to reach the engine: its URL, a credential, options.
     *
     * @param config gets what belongs to the engine
     * @return the same
     */
    AdapterConfig.Builder configure(AdapterConfig.Builder config);

    /**
     * Lets a {@linkplain EngineScript#stepped() stepped} engine generate more tokens; each goes to the completion that
     * asks first.
     *
     * @param tokens how many, 1 or more
     */
    void release(int tokens);

    /**
     * Has the engine behave like this in every exchange from now on, on every path. Faults that wait for a task go on
     * waiting meanwhile.
     *
     * @param fault what goes wrong; {@link #well()} takes it back
     */
    void always(Fault fault);

    /** Takes back what {@link #always} said. */
    void well();

    /** {@return how many tasks the engine accepted since its start, those that wait for a slot included} */
    int tasks();

    /** {@return how many slots were taken since its start} */
    int slotsTaken();

    /** {@return how many slots are busy now} */
    int slotsBusy();

    /** {@return how many tasks wait for a slot now} */
    int tasksQueued();

    /** {@return how many tokens were generated since its start, over all tasks} */
    long tokensGenerated();

    /** {@return how many times it was woken since its start} */
    int wakeUps();

    /** {@return how many tasks, waiting or running, ended because their client left} */
    int clientsLeft();

    /** {@return how many connections are open now; for an engine without connections, how many tasks are running} */
    int connectionsOpen();

    /** {@return all the text that the engine told its last task, with what a fault kept from it} */
    String textSent();

    /** {@return how many bytes or calls an adapter sent on the last task's connection after its request: should be 0} */
    int strayInput();

    /** {@return the last exchange as a person reads it: request, answer, and how it ended; bounded, without secrets} */
    String exchange();

    /**
     * Tells whether a thread is the engine's own, so that no adapter is blamed for it.
     *
     * @param thread any thread of this JVM
     * @return whether it is
     */
    default boolean runsOn(Thread thread) {
        return false;
    }

    /** {@return what the engine tells at all; without this, everything} */
    default Set<Fact> tells() {
        return EnumSet.allOf(Fact.class);
    }

    /**
     * Tells what the engine may not be able to do although its script does not take it away: a real one that was started
     * without it, or one of a protocol that does not know it. An adapter may declare that and refuse it here.
     *
     * @return capabilities that have an interface; without this, none
     */
    default Set<Capability> mayLack() {
        return EnumSet.noneOf(Capability.class);
    }

    /** {@return how often its metrics were read since its start; empty if it cannot tell} */
    default OptionalInt metricReadings() {
        return OptionalInt.empty();
    }

    /**
     * Waits for the engine to be as described.
     *
     * @param condition asked again whenever something changes; must be quick
     * @param atMost how long to wait
     * @return whether it was so within that time
     * @throws InterruptedException if the thread is interrupted
     */
    boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException;

    /** Ends every exchange and frees what the engine holds; idempotent and bounded in time. */
    @Override
    void close();

    /** What engines tell, and some do not. */
    enum Fact {
        /** Its version, before or with an answer. */
        VERSION,
        /** The name of its model, before or with the beginning of an answer. */
        MODEL,
        /** How many tokens were generated so far, while a text is told. */
        RUNNING_COUNT
    }
}
