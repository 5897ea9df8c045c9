package io.llamaorch.adapter.llamacpp;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Every way in which this adapter decides otherwise than the judge, and why it does. */
enum Difference {

    /** The judge takes what is no status line for one. */
    FIRST_LINE(all -> all.refused() && !all.sent().hasStatusLine()),

    /** The judge takes a bare CR or LF for a line's end; readers who disagree on that can be played off against each other. */
    LINE_END(all -> all.refused() && all.sent().hasBareLineEnd()),

    /** The judge unfolds lines that go on in the next one, which RFC 9112 has withdrawn. */
    FOLDED_LINE(all -> all.refused() && all.sent().hasFoldedLine()),

    /** The judge skips what is no header, or takes it for one. */
    NO_HEADER(all -> all.refused() && all.sent().hasLineThatIsNoHeader()),

    /** The judge's bounds are higher (SEC-05). */
    LARGE_HEAD(all -> all.refused() && all.sent().hasLargeHead()),

    /** The judge lets one of two framings win. */
    TWO_FRAMINGS(all -> all.refused()
            && !all.sent().values("transfer-encoding").isEmpty()
            && !all.sent().values("content-length").isEmpty()),

    /** The judge takes any length that its number parser takes. */
    LENGTH(all -> all.refused()
            && !all.sent().values("content-length").stream().allMatch(value -> value.matches("\\d{1,18}"))),

    /** The judge takes the first of two lengths. */
    TWO_LENGTHS(all -> all.refused()
            && all.sent().values("content-length").stream().distinct().count() > 1),

    /** The judge knows that one header may tell one length several times (RFC 9110, 8.6) no better than as nonsense. */
    REPEATED_LENGTH(all -> all.judgesCode("PROTOCOL")
            && all.sent().values("content-length").stream().anyMatch(value -> value.matches("(\\d+),\\s*\\1"))),

    /** The judge looks for no coding but chunked. */
    CODING(all -> all.refused()
            && !all.sent().values("transfer-encoding").isEmpty()
            && !all.sent().isChunked()),

    /** The judge takes chunks in HTTP/1.0, which has none. */
    CHUNKS_IN_HTTP_10(all ->
            all.refused() && all.sent().isChunked() && all.sent().statusLine().startsWith("HTTP/1.0")),

    /** The judge hands a compressed body on as it is. */
    COMPRESSED(all -> all.refused()
            && all.sent().statusLine().matches("HTTP/1.. 2.*")
            && all.sent().values("content-encoding").stream().anyMatch(value -> !value.equals("identity"))),

    /** The judge refuses a 204 that announces a body; to us it has none (RFC 9112, 6.3), and is no stream. */
    NO_CONTENT(all -> all.ourCode("PROTOCOL")
            && all.judgesCode("PROTOCOL")
            && all.sent().statusLine().startsWith("HTTP/1.1 204")),

    /** The judge takes what is no chunk for one, or forgets what came before it in the same read. */
    CHUNK(all -> all.ourCode("PROTOCOL") && all.breaksInChunks()),

    /** The judge finds fault with a trailer before it finds that it was cut off. */
    CUT_IN_TRAILERS(all -> all.ourCode("WORKER_RESET")
            && all.judgesCode("PROTOCOL")
            && all.sent().isChunked()
            && all.sent().chunks() == Sent.Chunks.CUT_IN_TRAILERS),

    /** The same after the engine's end marker or error, where we do not read on (EVT-10). */
    CHUNK_AFTER_THE_END(all -> !all.ourCode("PROTOCOL")
            && !all.ourCode("WORKER_RESET")
            && all.judgesCode("PROTOCOL")
            && all.breaksInChunks());

    private final Predicate<Both> holds;

    Difference(Predicate<Both> holds) {
        this.holds = holds;
    }

    /** What was sent, and what each side made of it. */
    record Both(Sent sent, List<String> ours, List<String> judges) {

        /** Whether this adapter refused the response by its head. */
        private boolean refused() {
            return ours.size() == 1 && ourCode("PROTOCOL");
        }

        /** Whether the chunks are no chunks somewhere, and both heard the same until one of them ended. */
        private boolean breaksInChunks() {
            int common = Math.min(ours.size(), judges.size()) - 1;
            return sent.isChunked()
                    && sent.chunks() == Sent.Chunks.MALFORMED
                    && ours.subList(0, common).equals(judges.subList(0, common));
        }

        private boolean ourCode(String code) {
            return ours.get(ours.size() - 1).startsWith("Error " + code);
        }

        private boolean judgesCode(String code) {
            return judges.get(judges.size() - 1).startsWith("Error " + code);
        }
    }

    /** The explanation of a difference; empty if there is none. */
    static Optional<Difference> of(Both both) {
        return Stream.of(values()).filter(each -> each.holds.test(both)).findFirst();
    }
}
