package io.llamaorch.adapter.registry.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** CFG-03, SEC-01: what is said of each fault in a JSON file, and that no value is. */
class ReplicaFaultsTest {

    private static final String HUSH = "hush-0123456789";
    private static final String NO_JSON =
            ": it is no JSON here; look for a comma, a quote or a bracket that is missing or too much";
    private static final String CUT = ": it ends here, inside of something; was it written whole?";
    private static final String SHARE =
            "share: must be a whole number from 1 to 2147483647; leave it out for as many as the engine has slots";
    private static final String TOO_MUCH = ": a name or a number is too long here, or too much is nested";

    @TempDir
    Path folder;

    /** In these, apostrophes stand for quotes. */
    static Stream<Arguments> faults() {
        return Stream.of(
                arguments("", "it is empty: write {\"replicas\": []} if there are to be none"),
                arguments(" \n", "it is empty: write {\"replicas\": []} if there are to be none"),
                arguments("[]", "it must be an object, such as {\"replicas\": []}"),
                arguments("'replicas'", "it must be an object, such as {\"replicas\": []}"),
                arguments("{}", "replicas: is missing; write [] if there are to be none"),
                arguments("{'replicas':null}", "replicas: must be a list in brackets"),
                arguments("{'replicas':{'engine':'a'}}", "replicas: must be a list in brackets"),
                arguments("{'$schema':5,'replicas':[]}", "$schema: must be a text in quotes"),
                arguments(
                        "{'replica':[]}",
                        "replica: is not known; did you mean 'replicas'?; "
                                + "replicas: is missing; write [] if there are to be none"),
                arguments("{'replicas':[],'version':{'a':[1]}}", "version: is not known; there are $schema, replicas"),
                arguments("{'replicas':[],'replicas':[7]}", "replicas: is given twice; keep one of them"),
                arguments("{'replicas':['a']}", "replicas[0]: must be an object in braces"),
                arguments(
                        "{'replicas':[null,[{}]]}",
                        "replicas[0]: must be an object in braces; " + "replicas[1]: must be an object in braces"),
                arguments("{'replicas':[{}]}", "replicas[0].engine: is missing; name the engine, such as llamacpp"),
                one("'engine':7", "engine: must be a text in quotes"),
                one("'engine':'Llama'", "engine: must be lower-case letters, digits and hyphens, such as llamacpp"),
                one("'engine':''", "engine: must be lower-case letters, digits and hyphens, such as llamacpp"),
                one("'engine':'a','pool':' '", "pool: the name of the pool is blank or has control characters"),
                one("'engine':'a','pool':7", "pool: must be a text in quotes"),
                one("'engine':'a','replica':''", "replica: the name of the replica is blank or has control characters"),
                one(
                        "'engine':'a','replica':'a\\nb'",
                        "replica: the name of the replica is blank or has control characters"),
                one("'engine':'a','url':''", "url: must be a URL, such as http://10.0.0.7:8080"),
                one("'engine':'a','url':'10.0.0.7:8080'", "url: must be a URL, such as http://10.0.0.7:8080"),
                one("'engine':'a','url':'http://a b'", "url: must be a URL, such as http://10.0.0.7:8080"),
                one("'engine':'a','url':'//a:1'", "url: must be a URL, such as http://10.0.0.7:8080"),
                one("'engine':'a','url':['http://a:1']", "url: must be a text in quotes"),
                one("'engine':'a','ulr':'http://a:1'", "ulr: is not known; did you mean 'url'?"),
                one("'engine':'a','TokenFile':'x'", "TokenFile: is not known; did you mean 'token-file'?"),
                one(
                        "'engine':'a','address':'x'",
                        "address: is not known; there are drain, engine, options, pool, replica, share, token,"
                                + " token-file, url"),
                one("'engine':'a','share':'2'", SHARE),
                one("'engine':'a','share':0", SHARE),
                one("'engine':'a','share':-0", SHARE),
                one("'engine':'a','share':1.0", SHARE),
                one("'engine':'a','share':1e2", SHARE),
                one("'engine':'a','share':1234567890123456789", SHARE),
                one("'engine':'a','share':1,'share':2", "share: is given twice; keep one of them"),
                one("'engine':'a','shares':2", "shares: is not known; did you mean 'share'?"),
                one("'engine':'a','drain':'true'", "drain: must be true or false"),
                one("'engine':'a','drain':1", "drain: must be true or false"),
                one("'engine':'a','drain':[true]", "drain: must be true or false"),
                one("'engine':'a','drain':false,'drain':true", "drain: is given twice; keep one of them"),
                one("'engine':'a','Drain':true", "Drain: is not known; did you mean 'drain'?"),
                one(
                        "'engine':'','drain':true",
                        "engine: must be lower-case letters, digits and hyphens, such as llamacpp"),
                arguments(
                        "{'replicas':[{'engine':'a','replica':'x','drain':true},{'engine':'b','replica':'x'}]}",
                        "replicas[1].replica: is the id of replicas[0] already, in pool 'default'; choose another"),
                one("'engine':'a','token':''", "token: the secret is empty: give a value, or configure none"),
                one(
                        "'engine':'a','token':'hush-0123456789\\n'",
                        "token: the secret contains a line break or another control character"),
                one("'engine':'a','token':1234567890123456789", "token: must be a text in quotes"),
                one("'engine':'a','token-file':'a\\u0000b'", "token-file: is no path"),
                one("'engine':'a','url':'http://a:1','url':'http://b:2'", "url: is given twice; keep one of them"),
                one("'engine':'a','options':['x']", "options: must be an object in braces"),
                one(
                        "'engine':'a','options':{'x':null}",
                        "options.x: must be a text in quotes, a number, true or false"),
                one("'engine':'a','options':{'x':[1]}", "options.x: must be a text in quotes, a number, true or false"),
                one("'engine':'a','options':{'x':1,'x':2}", "options.x: is given twice; keep one of them"),
                arguments(
                        "{'replicas':[{'engine':'a','token':'hush-0123456789','token-file':'token'}]}",
                        "replicas[0]: has both token and token-file; keep one of them"),
                arguments(
                        "{'replicas':[{'engine':'a'},{'engine':'b','replica':'x'},{'engine':'c','replica':'x'}]}",
                        "replicas[2].replica: is the id of replicas[1] already, in pool 'default'; choose another"),
                arguments(
                        "{'replicas':[{'engine':'a','pool':7,'replica':'x'},{'engine':'b','replica':'x'}]}",
                        "replicas[0].pool: must be a text in quotes"),
                arguments(
                        "{'replicas':[{'engine':'a','url':'x','replica':'x'},{'engine':'','replica':'x'}],'a':0}",
                        "replicas[0].url: must be a URL, such as http://10.0.0.7:8080; "
                                + "replicas[1].engine: must be lower-case letters, digits and hyphens, such as llamacpp; "
                                + "a: is not known; there are $schema, replicas; "
                                + "replicas[1].replica: is the id of replicas[0] already, in pool 'default';"
                                + " choose another"),
                arguments("{'replicas':[],'a\\nb':1}", "a?b: is not known; there are $schema, replicas"),
                arguments("hush-0123456789", "line 1, column 1" + NO_JSON),
                arguments("{'replicas':[]\n 'x':1}", "line 2, column 2" + NO_JSON),
                arguments("{'replicas':[],}", "line 1, column 16" + NO_JSON),
                arguments("{'replicas':[{'engine':'a','token':hush-0123456789}]}", "line 1, column 36" + NO_JSON),
                arguments("{'replicas':[]} {}", "line 1, column 17: there is more after the end of the document"),
                arguments("{'replicas':[]} hush-0123456789", "line 1, column 17" + NO_JSON),
                arguments("{'replicas':\n[", "line 2, column 2" + CUT),
                arguments("{'replicas':[{'engine':'a','token':'hush-0123456789", "line 1, column 52" + CUT),
                arguments(
                        "{'replicas':[{'engine':7},{'engine':]}",
                        "replicas[0].engine: must be a text in quotes; line 1, column 37" + NO_JSON),
                arguments(
                        "{'x':" + "[".repeat(32),
                        "x: is not known; there are $schema, replicas; line 1, column 38" + TOO_MUCH),
                arguments("{'" + "x".repeat(201) + "':0}", "line 1, column 205" + TOO_MUCH),
                arguments("{'x':" + "9".repeat(101) + "}", "line 1, column 107" + TOO_MUCH));
    }

    private static Arguments one(String fields, String fault) {
        return arguments("{'replicas':[{" + fields + "}]}", "replicas[0]." + fault);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void read_whenSomethingIsWrong_saysWhereWhatAndWhatToDo(String document, String faults) throws IOException {
        Files.writeString(folder.resolve("token"), HUSH);
        IllegalArgumentException thrown = refused(document.replace('\'', '"'));
        assertEquals(prefix() + faults, thrown.getMessage());
        assertFalse(thrown.getMessage().contains("hush"), thrown.getMessage());
        assertNull(thrown.getCause(), "a cause may show a value");
    }

    @Test
    void read_whenATokenFileCannotBeRead_saysSo() throws IOException {
        String message = refused("{\"replicas\":[{\"engine\":\"a\",\"token-file\":\"absent\"}]}")
                .getMessage();
        assertEquals(
                prefix() + "replicas[0].token-file: the token file " + folder.resolve("absent")
                        + " cannot be read (NoSuchFileException): check the path and its permissions",
                message);
    }

    @Test
    void read_whenATokenFileIsEmpty_saysSo() throws IOException {
        Files.writeString(folder.resolve("token"), "\n");
        assertEquals(
                prefix() + "replicas[0].token-file: the secret is empty: give a value, or configure none",
                refused("{\"replicas\":[{\"engine\":\"a\",\"token-file\":\"token\"}]}")
                        .getMessage());
    }

    @Test
    void read_whenThereAreTooManyFaultsToRead_tellsFiftyAndHowManyMore() throws IOException {
        String message = refused("{\"replicas\":[" + "0,".repeat(52) + "0]}").getMessage();
        assertTrue(message.endsWith("replicas[49]: must be an object in braces; and 3 more"), message);
    }

    private String prefix() {
        return "file " + folder.resolve("replicas.json") + " does not describe replicas properly: ";
    }

    private IllegalArgumentException refused(String document) throws IOException {
        Path file = Files.writeString(folder.resolve("replicas.json"), document);
        return assertThrows(IllegalArgumentException.class, new FileReplicas(file, Duration.ZERO)::read);
    }
}
