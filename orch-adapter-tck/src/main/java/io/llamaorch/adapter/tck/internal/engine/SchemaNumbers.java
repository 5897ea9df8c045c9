package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.internal.grammar.Part;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Numbers of a JSON schema: a handful of those that lie within its bounds. */
final class SchemaNumbers {
    private static final List<String> WHOLE = List.of("0", "1", "2", "7", "42", "365", "-1", "-12");
    private static final List<String> BROKEN = List.of("0.5", "3.25", "-2.75");

    /** A number with more digits than this would be a text of some length. */
    private static final int MOST_DIGITS = 400;

    private SchemaNumbers() {}

    static Part of(Schema schema, boolean whole) {
        Optional<BigDecimal> least = schema.number("minimum");
        Optional<BigDecimal> above = schema.number("exclusiveMinimum");
        Optional<BigDecimal> most = schema.number("maximum");
        Optional<BigDecimal> below = schema.number("exclusiveMaximum");
        List<Part> texts = candidates(
                        Stream.of(least, above).flatMap(Optional::stream).toList(),
                        Stream.of(most, below).flatMap(Optional::stream).toList(),
                        whole)
                .stream()
                .filter(n -> least.map(bound -> n.compareTo(bound) >= 0).orElse(true))
                .filter(n -> above.map(bound -> n.compareTo(bound) > 0).orElse(true))
                .filter(n -> most.map(bound -> n.compareTo(bound) <= 0).orElse(true))
                .filter(n -> below.map(bound -> n.compareTo(bound) < 0).orElse(true))
                .map(BigDecimal::toPlainString)
                .distinct()
                .<Part>map(Part.Text::new)
                .toList();
        if (texts.isEmpty()) {
            throw schema.beyond("that no number fits");
        }
        return new Part.Choice(texts);
    }

    private static Set<BigDecimal> candidates(List<BigDecimal> lower, List<BigDecimal> upper, boolean whole) {
        List<BigDecimal> all = new ArrayList<>();
        WHOLE.forEach(number -> all.add(new BigDecimal(number)));
        BROKEN.forEach(number -> all.add(new BigDecimal(number)));
        for (BigDecimal bound : lower) {
            all.addAll(List.of(bound, bound.add(BigDecimal.ONE), bound.add(BigDecimal.TEN)));
            upper.forEach(other -> all.add(
                    bound.add(other).divide(BigDecimal.valueOf(2), bound.scale() + 30, RoundingMode.HALF_EVEN)));
        }
        for (BigDecimal bound : upper) {
            all.addAll(List.of(bound, bound.subtract(BigDecimal.ONE), bound.subtract(BigDecimal.TEN)));
        }
        Set<BigDecimal> candidates = new LinkedHashSet<>();
        for (BigDecimal number : all) {
            if (whole) {
                candidates.add(number.setScale(0, RoundingMode.FLOOR));
                candidates.add(number.setScale(0, RoundingMode.CEILING));
            } else if (Math.abs(number.scale()) < MOST_DIGITS) {
                candidates.add(number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros());
            }
        }
        return candidates;
    }
}
