package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.internal.grammar.CharSet;
import io.llamaorch.adapter.tck.internal.grammar.Grammar;
import io.llamaorch.adapter.tck.internal.grammar.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Strings of a JSON schema. */
final class SchemaTexts {
    private static final Part QUOTE = new Part.Text("\"");
    private static final Part LETTER = new Part.Chars(CharSet.of(List.of(new CharSet.Range('a', 'z'))));

    /** Some JSON, where any is allowed. */
    static final Part ANY = new Part.Choice(List.of(
            quoted(new Part.Repeat(LETTER, 0, Part.Repeat.UNLIMITED)),
            new Part.Text("0"),
            new Part.Text("true"),
            new Part.Text("null"),
            new Part.Text("[]"),
            new Part.Text("{}")));

    private static final String DATE =
            "date ::= \"20\" [0-9] [0-9] \"-\" (\"0\" [1-9] | \"1\" [0-2]) \"-\" (\"0\" [1-9] | [12] [0-8])\n";
    private static final String TIME =
            "time ::= ([01] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9] \":\" [0-5] [0-9] \"Z\"\n";

    private static final Map<String, String> FORMATS = Map.of(
            "date",
            DATE,
            "time",
            TIME,
            "date-time",
            "date-time ::= date \"T\" time\n" + DATE + TIME,
            "uuid",
            "uuid ::= [0-9a-f]{8} \"-\" [0-9a-f]{4} \"-4\" [0-9a-f]{3} \"-\" [89ab] [0-9a-f]{3} \"-\" [0-9a-f]{12}");

    private SchemaTexts() {}

    static Part of(Schema schema) {
        int least = schema.count("minLength").orElse(0);
        int most = schema.count("maxLength").orElse(Part.Repeat.UNLIMITED);
        if (least > most) {
            throw schema.beyond("with minLength above maxLength");
        }
        if (schema.text("pattern").isPresent()) {
            schema.requireOnly(Set.of("pattern", "type"));
            return quoted(PatternReader.read(schema.text("pattern").orElseThrow()));
        }
        if (schema.text("format").isPresent()) {
            schema.requireOnly(Set.of("format", "type"));
            return quoted(format(schema, schema.text("format").orElseThrow()));
        }
        return quoted(new Part.Repeat(LETTER, least, most));
    }

    private static Part quoted(Part content) {
        return Part.Sequence.of(QUOTE, content, QUOTE);
    }

    private static Part format(Schema schema, String name) {
        String rules = FORMATS.get(name);
        if (rules == null) {
            throw schema.beyond("with the format " + name);
        }
        Grammar grammar = Grammar.read("root ::= " + name + "\n" + rules);
        return name.equals("date-time")
                ? Part.Sequence.of(rule(grammar, "date"), new Part.Text("T"), rule(grammar, "time"))
                : rule(grammar, name);
    }

    private static Part rule(Grammar grammar, String name) {
        return grammar.rules().getOrDefault(name, QUOTE);
    }
}
