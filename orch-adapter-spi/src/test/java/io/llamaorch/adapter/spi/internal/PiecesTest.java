package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("Pieces of text (EVT-03, EVT-04)")
class PiecesTest {

    private static final String GRIN = "\uD83D\uDE00";

    private final Bench bench = Bench.started();
    private final EmitterCore emitter = bench.emitter;
    private final Recorder heard = bench.subscribe(Recorder.greedy());

    private List<TokenEvent.Token> pieces() {
        return heard.events.stream()
                .filter(TokenEvent.Token.class::isInstance)
                .map(TokenEvent.Token.class::cast)
                .toList();
    }

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("EVT-03: pieces are numbered from 0 without a gap, whatever comes between")
    void pieces_whenOtherEventsComeBetween_areNumberedWithoutAGap() {
        emitter.token("a");
        emitter.progress(1, 1, 0);
        emitter.token("");
        emitter.toolCall("c", "n", "{}");
        emitter.token("b");
        emitter.token("c");
        assertEquals(
                List.of(0, 1, 2), pieces().stream().map(TokenEvent.Token::index).toList());
    }

    @Test
    @DisplayName("EVT-04: an empty piece is no event")
    void piece_whenEmpty_isNoEvent() {
        assertTrue(emitter.token(""));
        bench.end();
        heard.assertKinds("Started", "End");
    }

    @Test
    @DisplayName("EVT-04: a character that comes in two pieces leaves in one")
    void character_whenCutInTwo_isJoined() {
        emitter.token("a\uD83D");
        emitter.token("\uDE00b");
        assertEquals(
                List.of("a", GRIN + "b"),
                pieces().stream().map(TokenEvent.Token::text).toList());
    }

    @Test
    @DisplayName("EVT-04: an empty piece between two halves does not part them")
    void character_whenEmptyPieceComesBetween_isJoined() {
        emitter.token("\uD83D");
        emitter.token("");
        emitter.token("\uDE00");
        assertEquals(
                List.of(GRIN), pieces().stream().map(TokenEvent.Token::text).toList());
    }

    @Test
    @DisplayName("EVT-04: half a character at the engine's end is kept")
    void half_whenTheEngineEnds_isDelivered() {
        emitter.token("a\uD83D");
        bench.end();
        assertEquals("a\uD83D", heard.text());
        heard.assertKinds("Started", "Token", "Token", "End");
    }

    @Test
    @DisplayName("EVT-04: a half whose other half never comes is kept in its place")
    void half_whenSomethingElseFollows_isKept() {
        emitter.token("\uD83D");
        emitter.token("x\uD83D");
        emitter.token("\uD83D");
        bench.end();
        assertEquals("\uD83Dx\uD83D\uD83D", heard.text());
    }

    @Test
    @DisplayName("EVT-04: a half stays on its own channel")
    void half_whenTheChannelChanges_staysOnItsOwn() {
        emitter.token("\uD83D", Channel.REASONING, TokenDetails.NONE);
        emitter.token("x");
        emitter.token("\uD83D", Channel.REASONING, TokenDetails.NONE);
        bench.end();
        assertEquals(
                List.of(Channel.REASONING, Channel.TEXT, Channel.REASONING),
                pieces().stream().map(TokenEvent.Token::channel).toList());
        assertEquals("\uD83Dx\uD83D", heard.text());
    }

    @Test
    @DisplayName("EVT-04: whatever the cuts, the text is the same and no piece cuts a character")
    void text_whenCutAnywhere_isTheSame() {
        long seed = 20260101;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            Bench one = Bench.started();
            Recorder ears = one.subscribe(Recorder.greedy());
            StringBuilder sent = new StringBuilder();
            for (int i = 0; i < 1 + random.nextInt(12); i++) {
                sent.append(random.nextBoolean() ? GRIN : "e");
            }
            for (int at = 0; at < sent.length(); ) {
                int next = Math.min(sent.length(), at + random.nextInt(3));
                one.emitter.token(sent.substring(at, next));
                at = next;
            }
            one.end();
            assertEquals(sent.toString(), ears.text(), "seed " + seed + ", round " + round);
            int index = 0;
            for (TokenEvent event : ears.events) {
                if (event instanceof TokenEvent.Token token) {
                    assertEquals(index++, token.index());
                    assertTrue(!token.text().isEmpty());
                    assertTrue(token.text().codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF), token::text);
                }
            }
        }
    }
}
