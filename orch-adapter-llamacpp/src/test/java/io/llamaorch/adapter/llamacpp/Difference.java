package io.llamaorch.adapter.llamacpp;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Every way in which this adapter decides otherwise than the judge, and why it does. */
enum Difference {
    FIRST_LINE(
            "the judge takes what is no status line for one",
            all -> all.refused() && !all.sent().hasStatusLine()),
    LINE_END(
            "the judge takes a bare CR or LF for a line's end; readers that disagree on it can be played against each other",
            all -> all.refused() && all.sent().hasBareLineEnd()),
    FOLDED_LINE(
            "the judge unfolds continued lines, which RFC 9112 has withdrawn",
            all -> all.refused() && all.sent().hasFoldedLine()),
    NO_HEADER(
            "the judge skips, or takes for a header, what is none",
            all -> all.refused() && all.sent().hasLineThatIsNoHeader()),
    LARGE_HEAD(
            "the judge has a higher bound (SEC-05)",
            all -> all.refused() && all.sent().hasLargeHead()),
    SWITCH(
            "the judge takes 101 for an answer",
            all -> all.refused() && all.sent().switchesProtocols()),
    MANY_INTERIM_HEADS(
            "the judge takes any number of interim heads",
            all -> all.refused() && all.sent().interimHeads() > 8),
    TWO_FRAMINGS(
            "the judge lets one of two framings win",
            all -> all.refused()
                    && !all.sent().values("transfer-encoding").isEmpty()
                    && !all.sent().values("content-length").isEmpty()),
    LENGTH(
            "the judge takes the first of two lengths, and any that its number parser takes",
            all -> all.refused()
                    && !all.sent().values("content-length").stream().allMatch(value -> value.matches("\\d{1,18}"))),
    TWO_LENGTHS(
            "the judge takes the first of two lengths",
            all -> all.refused()
                    && all.sent().values("content-length").stream().distinct().count() > 1),
    CODING(
            "the judge does not look for codings other than chunked",
            all -> all.refused()
                    && !all.sent().values("transfer-encoding").isEmpty()
                    && !all.sent().isChunked()),
    COMPRESSED(
            "the judge hands a compressed body on as it is",
            all -> all.refused()
                    && all.sent().values("content-encoding").stream().anyMatch(value -> !value.equals("identity"))),
    CHUNKS_IN_HTTP_10(
            "the judge takes chunks in HTTP/1.0",
            all -> all.refused()
                    && all.sent().isChunked()
                    && all.sent().statusLine().startsWith("HTTP/1.0")),
    CHUNK(
            "the judge takes what is no chunk for one, or forgets what came before it in the same read",
            all -> all.ourCode("PROTOCOL")
                    && all.sent().isChunked()
                    && all.sent().chunks() == Sent.Chunks.MALFORMED
                    && all.agreeAsFarAsTheyGo()),
    CHUNK_AFTER_THE_END(
            "the judge reads on after the engine's end marker, or forgets what came before nonsense in the same read",
            all -> !all.ourCode("PROTOCOL")
                    && !all.ourCode("WORKER_RESET")
                    && all.judgesCode("PROTOCOL")
                    && all.sent().isChunked()
                    && all.sent().chunks() == Sent.Chunks.MALFORMED
                    && all.agreeAsFarAsTheyGo()),
    NO_CONTENT(
            "the judge refuses a 204 that announces a body; to us it has none (RFC 9112, 6.3), and is no stream",
            all -> all.ourCode("PROTOCOL")
                    && all.judgesCode("PROTOCOL")
                    && all.sent().statusLine().startsWith("HTTP/1.1 204")),
    REPEATED_LENGTH(
            "the judge does not know that one length may be told several times in one header (RFC 9110, 8.6)",
            all -> all.judgesCode("PROTOCOL")
                    && all.sent().values("content-length").stream().anyMatch(value -> value.matches("(\\d+),\\s*\\1")));

    private final String why;
    private final Predicate<Both> holds;

    Difference(String why, Predicate<Both> holds) {
        this.why = why;
        this.holds = holds;
    }

    /** What was sent, and what each side made of it. */
    record Both(Sent sent, List<String> ours, List<String> judges) {

        /** Whether this adapter refused the response by its head. */
        boolean refused() {
            return ours.size() == 1 && ourCode("PROTOCOL");
        }

        /** Whether all events but the terminal one are the same, until one side ends. */
        boolean agreeAsFarAsTheyGo() {
            int common = Math.min(ours.size(), judges.size()) - 1;
            return ours.subList(0, common).equals(judges.subList(0, common));
        }

        boolean ourCode(String code) {
            return ours.get(ours.size() - 1).startsWith("Error " + code);
        }

        boolean judgesCode(String code) {
            return judges.get(judges.size() - 1).startsWith("Error " + code);
        }
    }

    /** The explanation of a difference; empty if there is none. */
    static Optional<Difference> of(Both both) {
        return Stream.of(values()).filter(each -> each.holds.test(both)).findFirst();
    }

    String why() {
        return why;
    }
}
