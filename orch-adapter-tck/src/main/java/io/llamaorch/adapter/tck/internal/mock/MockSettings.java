package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.tck.ConnectionFault;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a mock engine is to behave.
 *
 * @param slots how many tasks run at a time; others wait in their order
 * @param stepped whether tokens are generated only as they are released
 * @param state the state in which it is found
 * @param token the credential that it asks for, if it does
 * @param text how long its texts are, and how fast they come
 * @param faults what goes wrong
 * @param lacking what it was not started for
 */
record MockSettings(
        int slots,
        boolean stepped,
        EngineScript.State state,
        Optional<Secret> token,
        Text text,
        Faults faults,
        Set<Capability> lacking) {

    /** What a script says; everything else is as if nothing was told. */
    static MockSettings of(EngineScript script) {
        script.faults().forEach(MockSettings::requireOneTask);
        return new MockSettings(
                script.slots(),
                script.stepped(),
                script.state(),
                script.token(),
                new Text(Text.DEFAULT.length(), Text.DEFAULT.pause(), script.answer()),
                new Faults(script.faults().stream().map(Optional::of).toList(), Optional.empty(), MockMishap.NONE),
                script.lacking());
    }

    /** Refuses to queue what strikes connections: nobody can tell which task would come by one. */
    static void requireOneTask(Fault fault) {
        if (fault instanceof ConnectionFault) {
            throw new IllegalArgumentException(
                    "fault '" + fault.text() + "' strikes connections, not one task: set it for always");
        }
    }

    /**
     * What a text is like.
     *
     * @param length how many tokens it has if nothing stops it
     * @param pause from one token to the next
     * @param said what is said in place of a made-up text, if it is
     */
    record Text(int length, Duration pause, Optional<EngineScript.Answer> said) {
        static final Text DEFAULT = new Text(48, Duration.ZERO, Optional.empty());
    }

    /**
     * What goes wrong.
     *
     * @param queued one for each task in their order; an empty one serves its task well
     * @param always what goes wrong in every exchange
     * @param usual what goes wrong with a task for which nothing else was told
     */
    record Faults(List<Optional<Fault>> queued, Optional<Fault> always, MockMishap usual) {}
}
