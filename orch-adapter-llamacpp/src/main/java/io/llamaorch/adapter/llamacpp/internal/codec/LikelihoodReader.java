package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.TokenDetails;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads how likely the tokens of an event were: {@code completion_probabilities} of today's servers, which give logarithms
 * (or probabilities after sampling), and of those of 2024, which give probabilities and no ids (contract 6.5 and 12).
 *
 * <p>An event's piece may come from several tokens: then the logarithms are summed, all ids are given, and the
 * alternatives are those to the last token.
 *
 * <p>Thread safety: calls must be serial.
 */
final class LikelihoodReader {

    /** An id that the engine does not tell. */
    private static final int UNKNOWN = -1;

    /** The engine tells a probability of 0 as the lowest float. */
    private static final double LOWEST = -3e38;

    private enum Member {
        ID,
        TEXT,
        LOGARITHM,
        PROBABILITY,
        ALTERNATIVES,
        OTHER
    }

    private static final NameTable<Member> MEMBERS = new NameTable<>(
            Map.of(
                    "id", Member.ID,
                    "token", Member.TEXT,
                    "content", Member.TEXT,
                    "tok_str", Member.TEXT,
                    "logprob", Member.LOGARITHM,
                    "prob", Member.PROBABILITY,
                    "top_logprobs", Member.ALTERNATIVES,
                    "top_probs", Member.ALTERNATIVES,
                    "probs", Member.ALTERNATIVES),
            Member.OTHER);

    private final JsonCursor json;

    LikelihoodReader(JsonCursor json) {
        this.json = json;
    }

    /** Reads the array that comes next. */
    TokenDetails read() {
        List<Integer> ids = new ArrayList<>();
        List<TokenDetails.Alternative> alternatives = List.of();
        double sum = Double.NaN;
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            Draft token = draft();
            if (token.id != UNKNOWN) {
                ids.add(token.id);
            }
            sum = Double.isNaN(sum) ? token.logarithm() : sum + token.logarithm();
            alternatives = token.alternatives;
        }
        return TokenDetails.of(ids, sum, alternatives);
    }

    private Draft draft() {
        Draft draft = new Draft();
        if (json.next() != '{') {
            json.skip(false);
            return draft;
        }
        for (boolean more = json.firstMember(); more; more = json.nextMember()) {
            Member member = json.nameIn(MEMBERS);
            byte first = json.next();
            boolean isNumber = first == '-' || (first >= '0' && first <= '9');
            if (member == Member.TEXT && first == '"') {
                draft.text = json.text();
            } else if (member == Member.ID && isNumber) {
                draft.id = json.count();
            } else if (member == Member.LOGARITHM && isNumber) {
                draft.logarithm = json.decimal();
            } else if (member == Member.PROBABILITY && isNumber) {
                draft.logarithm = Math.log(json.decimal());
            } else if (member == Member.ALTERNATIVES && first == '[') {
                draft.alternatives = alternatives();
            } else {
                json.skip(false);
            }
        }
        return draft;
    }

    private List<TokenDetails.Alternative> alternatives() {
        List<TokenDetails.Alternative> found = new ArrayList<>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            Draft each = draft();
            found.add(new TokenDetails.Alternative(each.id, each.text, each.logarithm()));
        }
        return found;
    }

    private static final class Draft {
        private int id = UNKNOWN;
        private String text = "";
        private double logarithm = Double.NaN;
        private List<TokenDetails.Alternative> alternatives = List.of();

        /** The servers of 2024 tell it among the alternatives only. */
        private double logarithm() {
            if (logarithm <= LOWEST) {
                return Double.NEGATIVE_INFINITY;
            }
            if (!Double.isNaN(logarithm)) {
                return logarithm;
            }
            return alternatives.stream()
                    .filter(other -> other.text().equals(text))
                    .mapToDouble(TokenDetails.Alternative::logProbability)
                    .findFirst()
                    .orElse(Double.NaN);
        }
    }
}
