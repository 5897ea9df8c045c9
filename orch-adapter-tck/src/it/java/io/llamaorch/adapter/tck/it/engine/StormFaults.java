package io.llamaorch.adapter.tck.it.engine;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.tck.BodyFault;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.StreamFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What one engine of a storm does wrong: a fault, of any kind, with every second request on average. An engine takes its
 * faults one by one with its requests, so that what has struck is known exactly. Faults of connections cannot strike a
 * request of their own and are left out: no engine could count what they strike.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class StormFaults {

    /** No fault at all, as one: no event comes more. */
    private static final Fault NONE = new StreamFault.NullEvents(0, 0);

    private static final int AHEAD = 2_000;
    private static final String ENGINES_ERROR =
            "{\"error\":{\"code\":500,\"message\":\"boom\",\"type\":\"server_error\"}}";
    private static final Duration SLOWLY = Duration.ofMillis(100);

    private static final List<Fault> KINDS = List.of(
            new HeadFault.HangBeforeHead(),
            new HeadFault.CloseBeforeHead(),
            new HeadFault.ResetBeforeHead(),
            new HeadFault.CutInHead(20),
            new HeadFault.DripHead(SLOWLY),
            new HeadFault.EndlessHead(),
            new HeadFault.EndlessHeaderLine(),
            new HeadFault.StatusLine("ICY 200 OK"),
            new HeadFault.HeaderLine("no colon"),
            new HeadFault.BothLengths(),
            new HeadFault.TwoLengths(),
            new HeadFault.NegativeLength(),
            new HeadFault.Compressed(),
            new HeadFault.Status(400, "", ""),
            new HeadFault.Status(401, "", ""),
            new HeadFault.Status(404, "", ""),
            new HeadFault.Status(429, "", ""),
            new HeadFault.Status(500, ENGINES_ERROR, "application/json"),
            new HeadFault.Status(500, "<html>Oops</html>", "text/html"),
            new HeadFault.Status(501, "", ""),
            new HeadFault.Status(502, "<html>Bad Gateway</html>", "text/html"),
            new HeadFault.Status(503, "", ""),
            new HeadFault.Status(504, "", ""),
            new HeadFault.RetryLater(429, 1),
            new HeadFault.RetryLater(503, 1),
            new HeadFault.Redirect(302, "http://127.0.0.1:1/"),
            new HeadFault.Html200(),
            new HeadFault.WrongContentType("application/json"),
            new BodyFault.EmptyBody(),
            new BodyFault.CutAtByte(40),
            new BodyFault.CutAtByte(700),
            new BodyFault.ResetAtByte(40),
            new BodyFault.ResetAtByte(700),
            new BodyFault.StallAtByte(700),
            new BodyFault.DripBody(64, Duration.ofMillis(1)),
            new BodyFault.ChunkSize(2, "-1"),
            new BodyFault.EndlessChunkSize(2),
            new BodyFault.EndlessTrailer(),
            new StreamFault.CutAfterTokens(0),
            new StreamFault.CutAfterTokens(3),
            new StreamFault.ResetAfterTokens(0),
            new StreamFault.ResetAfterTokens(3),
            new StreamFault.EndWithoutMarker(0),
            new StreamFault.EndWithoutMarker(4),
            new StreamFault.ErrorInStream(0, 503, "unavailable_error", "Loading model"),
            new StreamFault.ErrorInStream(2, 500, "server_error", "Context size has been exceeded."),
            new StreamFault.StallAfterTokens(0),
            new StreamFault.SilenceAfterTokens(3),
            new StreamFault.PingsAfterTokens(3, 2),
            new StreamFault.EmptyEvents(2, 3),
            new StreamFault.NullEvents(2, 3),
            new StreamFault.EndlessLine(2),
            new StreamFault.HugeEvent(2, 4 << 20),
            new StreamFault.Nonsense(2, "<html>"),
            new StreamFault.InvalidUtf8(2),
            new StreamFault.NulBytes(2),
            new StreamFault.DeepJson(2, 10_000),
            new StreamFault.LongNumber(2, 1_000_000),
            new StreamFault.DuplicateKeys(2),
            new StreamFault.UnknownFields(),
            new StreamFault.ByteOrderMark(),
            new StreamFault.CarriageReturns(),
            new StreamFault.IgnoreDisconnect(),
            new StreamFault.RepeatedPrompt(100_000),
            new StreamFault.MoreAfterEnd(3),
            new StreamFault.NoTerminator(),
            new StreamFault.StayOpen(),
            new StreamFault.NeverClose());

    private final ScriptedEngine engine;
    private final SplittableRandom random;
    private final List<Fault> script = new ArrayList<>();

    StormFaults(ScriptedEngine engine, long seed) {
        this.engine = engine;
        this.random = new SplittableRandom(seed);
        goOn();
    }

    /** Sees to it that the engine does not run out of faults. */
    synchronized void goOn() {
        while (script.size() < engine.tasks() + AHEAD) {
            Fault fault = random.nextBoolean() ? KINDS.get(random.nextInt(KINDS.size())) : NONE;
            script.add(fault);
            engine.enqueueFault(fault);
        }
    }

    /** How a request ends as a caller is told: a code, or WELL. */
    private static String ending(Fault fault) {
        if (fault instanceof HeadFault.Status status && status.body().equals(ENGINES_ERROR)) {
            return ErrorCode.INTERNAL.toString(); // ERR-03: not just any 500
        }
        return fault.reading().mayBeWell()
                ? StormTally.WELL
                : fault.reading().code().orElseThrow().toString();
    }

    /** How the requests that came ended, if nobody cancelled them. */
    synchronized Map<String, Integer> endings() {
        Map<String, Integer> endings = new TreeMap<>();
        script.subList(0, engine.tasks()).forEach(fault -> endings.merge(ending(fault), 1, Integer::sum));
        return endings;
    }

    /** What has struck, and how often. */
    synchronized void count(Map<String, Integer> kinds) {
        script.subList(0, engine.tasks()).stream()
                .filter(fault -> fault != NONE)
                .forEach(fault -> kinds.merge(fault.getClass().getSimpleName(), 1, Integer::sum));
    }
}
