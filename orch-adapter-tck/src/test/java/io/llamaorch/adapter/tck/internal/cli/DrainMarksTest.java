package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.llamaorch.adapter.registry.ReplicaSource;
import io.llamaorch.adapter.registry.ReplicaSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The mark is put in and taken out, and nothing beside it changes. Another seed: {@code -Dorch.fuzz.seed=…}. */
class DrainMarksTest {

    private static final long SEED = Long.getLong("orch.fuzz.seed", 20_261_126);
    private static final int DOCUMENTS = 300;

    /** Documents without a mark at {@code replicas[1]}, and with it. In these, apostrophes stand for quotes. */
    static Stream<Arguments> added() {
        return Stream.of(
                arguments(
                        "{'replicas':[{'engine':'a'},{'engine':'b'},{'engine':'c'}]}",
                        "{'replicas':[{'engine':'a'},{'engine':'b','drain':true},{'engine':'c'}]}"),
                arguments(
                        "{'replicas': [{'engine': 'a'}, {'engine': 'b'}]}",
                        "{'replicas': [{'engine': 'a'}, {'engine': 'b', 'drain': true}]}"),
                arguments(
                        "{'replicas':[{'engine':'a'},{ 'engine' : 'b' }]}\n",
                        "{'replicas':[{'engine':'a'},{ 'engine' : 'b', 'drain' : true }]}\n"),
                arguments("""
                        {
                          'replicas': [
                            { 'engine': 'a' },
                            {
                              'engine': 'b',
                              'options': {
                                'drain': true
                              }
                            }
                          ]
                        }
                        """, """
                        {
                          'replicas': [
                            { 'engine': 'a' },
                            {
                              'engine': 'b',
                              'options': {
                                'drain': true
                              },
                              'drain': true
                            }
                          ]
                        }
                        """),
                arguments("""
                        {'$schema': '[{', 'replicas': [ {'engine': 'a', 'drain': true},
                            { 'engine': 'b', 'url': 'b://b',
                              'pool': 'p', 'share': 5 } ] }""", """
                        {'$schema': '[{', 'replicas': [ {'engine': 'a', 'drain': true},
                            { 'engine': 'b', 'url': 'b://b',
                              'pool': 'p', 'share': 5, 'drain': true } ] }"""),
                arguments(
                        "{\r\n\t'replicas':[{'engine':'a'},{\r\n\t\t'engine':'b',\r\n\t\t'share':5\r\n\t}]}",
                        "{\r\n\t'replicas':[{'engine':'a'},{\r\n\t\t'engine':'b',\r\n\t\t'share':5,\r\n\t\t'drain':true\r\n\t}]}"),
                arguments(
                        "\ufeff{'replicas':[{'engine':'a','token':'\u00e4\ud83d\ude00'},{'engine':'b'}]}",
                        "\ufeff{'replicas':[{'engine':'a','token':'\u00e4\ud83d\ude00'},{'engine':'b','drain':true}]}"));
    }

    /** Documents in which the mark stands otherwise: before, and after it was put in or taken out. */
    static Stream<Arguments> changed() {
        return Stream.of(
                arguments(
                        "{'replicas':[{'engine':'a'},{'engine':'b', 'drain' :  false , 'share':1}]}",
                        "{'replicas':[{'engine':'a'},{'engine':'b', 'drain' :  true , 'share':1}]}"),
                arguments(
                        "{'replicas':[{'engine':'a'},{'dr\\u0061in':false,'engine':'b'}]}",
                        "{'replicas':[{'engine':'a'},{'dr\\u0061in':true,'engine':'b'}]}"),
                arguments(
                        "{'replicas':[{'engine':'a'},{ 'drain': true, 'engine': 'b' }]}",
                        "{'replicas':[{'engine':'a'},{ 'engine': 'b' }]}"),
                arguments(
                        "{'replicas':[{'engine':'a'},{\n  'drain': true ,\n  'engine': 'b'\n}]}",
                        "{'replicas':[{'engine':'a'},{\n  'engine': 'b'\n}]}"),
                arguments(
                        "{'replicas':[{'engine':'a'},{'engine':'b' , 'drain': true , 'share': 1}]}",
                        "{'replicas':[{'engine':'a'},{'engine':'b' , 'share': 1}]}"),
                arguments(
                        "{'replicas':[{'engine':'a'},{'engine':'b',\n'dr\\u0061in':\ntrue\n}]}",
                        "{'replicas':[{'engine':'a'},{'engine':'b'\n}]}"));
    }

    private static String quoted(String document) {
        return document.replace('\'', '"');
    }

    @ParameterizedTest
    @MethodSource("added")
    void with_whenThereIsNoMark_addsItSpacedAsTheFieldBeforeIt(String without, String with) {
        assertEquals(quoted(with), DrainMarks.of(quoted(without)).with(1, true).text());
    }

    @ParameterizedTest
    @MethodSource("added")
    void without_whenTheMarkWasAdded_leavesTheDocumentAsItWas(String without, String with) {
        assertEquals(quoted(without), DrainMarks.of(quoted(with)).with(1, false).text());
    }

    @ParameterizedTest
    @MethodSource("changed")
    void with_whenTheMarkStandsElsewhere_changesNothingElse(String before, String after) {
        DrainMarks marks = DrainMarks.of(quoted(before));
        assertEquals(quoted(after), marks.with(1, !marks.at(1)).text());
    }

    @Test
    void with_whenItIsSoAlready_isTheSame() {
        DrainMarks marks = DrainMarks.of(
                quoted("{'replicas':[{'engine':'a'},{'engine':'b','drain':false},{'engine':'c','drain':true}]}"));
        assertSame(marks, marks.with(0, false));
        assertSame(marks, marks.with(1, false));
        assertSame(marks, marks.with(2, true));
    }

    @Test
    void at_whenAnOptionHasTheName_isNotMistaken() {
        DrainMarks marks =
                DrainMarks.of(quoted("{'replicas':[{'engine':'a','options':{'drain':true}},{'engine':'drain'}]}"));
        assertFalse(marks.at(0));
        assertFalse(marks.at(1));
    }

    /** The reader is the judge of each change, and whatever is not the mark must be as it was. */
    @Test
    void with_whateverTheLayout_changesTheMarkOnly(@TempDir Path folder) throws IOException {
        for (int n = 0; n < DOCUMENTS; n++) {
            Random random = new Random(SEED + n);
            String what = "document " + n + ", -Dorch.fuzz.seed=" + SEED;
            int count = 1 + random.nextInt(n % 50 == 0 ? 2_000 : 6); // some are larger than any buffer of a parser
            String document = document(random, count);
            int replica = random.nextInt(count);
            DrainMarks before = DrainMarks.of(document);
            DrainMarks after = before.with(replica, !before.at(replica));
            DrainMarks back = after.with(replica, before.at(replica));

            Path file = folder.resolve("replicas.json");
            List<String> expected = bound(Files.writeString(file, document));
            String name = Integer.toString(replica);
            if (before.at(replica)) {
                assertTrue(expected.add(name), what);
            } else {
                assertTrue(expected.remove(name), what);
            }
            Collections.sort(expected);
            List<String> seen = bound(Files.writeString(file, after.text()));
            Collections.sort(seen);
            assertEquals(expected, seen, what);
            if (!before.at(replica) && !document.contains("false")) {
                assertEquals(document, back.text(), what);
            }
        }
    }

    /** The ids of those that a host binds. */
    private static List<String> bound(Path file) throws IOException {
        return new ArrayList<>(ReplicaSource.file(file, Duration.ZERO).read().stream()
                .map(ReplicaSpec::replica)
                .toList());
    }

    private static String document(Random random, int count) {
        List<String> replicas = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> fields = new ArrayList<>(List.of(
                    field(random, "engine", "\"mock\""),
                    field(random, "replica", "\"" + i + "\""),
                    field(random, "url", "\"u:\\\"{[,}\u00e4\\\\\""),
                    field(random, "share", Integer.toString(1 + random.nextInt(100))),
                    field(
                            random,
                            "options",
                            "{" + field(random, "drain", "true") + "," + field(random, "b", "1.5e3") + "}")));
            if (random.nextInt(3) == 0) {
                fields.add(field(random, "drain", random.nextBoolean() ? "true" : "false"));
            }
            Collections.shuffle(fields, random);
            replicas.add("{" + String.join(",", fields) + "}" + space(random));
        }
        List<String> fields = new ArrayList<>(List.of(
                field(random, "$schema", "\"{]\""),
                field(random, "replicas", "[" + space(random) + String.join(",", replicas) + "]")));
        Collections.shuffle(fields, random);
        return (random.nextInt(4) == 0 ? "\ufeff" : "") + space(random) + "{" + String.join(",", fields) + "}"
                + space(random);
    }

    private static String field(Random random, String name, String value) {
        return space(random) + "\"" + name + "\"" + space(random) + ":" + space(random) + value + space(random);
    }

    private static String space(Random random) {
        StringBuilder space = new StringBuilder();
        for (int i = random.nextInt(8) - 5; i > 0; i--) {
            space.append(" \t\r\n".charAt(random.nextInt(4)));
        }
        return space.toString();
    }
}
