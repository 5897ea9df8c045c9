package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** REG-03: a broken provider beside a good one, for each fault that the JVM lets a program see. */
@NoLeaks
class BrokenProviderIT {

    private static final String GENERATION = "AdapterDescriptor.SPI_GENERATION";

    @TempDir
    Path folder;

    /** A fault: what the factory looks like, and what the report must say of it. */
    enum Fault {
        CLASS_MISSING("\"bad\"", GENERATION, "", "its class does not exist", "mend the name"),
        NOT_A_SUBTYPE("\"bad\"", GENERATION, "", "it is no AdapterFactory", "take the SPI out"),
        CONSTRUCTOR_THROWS(
                "\"bad\"",
                GENERATION,
                "public Factory() { throw new IllegalStateException(\"boom\"); }",
                "making it failed: java.lang.IllegalStateException: boom",
                "tell its author"),
        CONSTRUCTOR_NEEDS_SOMETHING(
                "\"bad\"", GENERATION, "public Factory(int x) {}", "it has no public constructor", "tell its author"),
        INITIALISER_THROWS(
                "\"bad\"",
                GENERATION,
                "static { if (true) throw new IllegalStateException(\"boom\"); }",
                "making it failed: java.lang.IllegalStateException: boom",
                "tell its author"),
        NEEDS_A_MISSING_CLASS(
                "\"bad\"",
                GENERATION,
                "public Factory() { new Needed(); }",
                "a class that it needs is missing: bad",
                "put the library"),
        EXTENDS_A_MISSING_CLASS("\"bad\"", GENERATION, "", "a class that it needs is missing: bad.Needed", "put the"),
        RECURSES_WITHOUT_END(
                "\"bad\"", GENERATION, "Factory f = new Factory();", "java.lang.StackOverflowError", "tell its author"),
        ENGINE_THROWS("bad()", GENERATION, "String bad() { throw new AssertionError(\"boom\"); }", "boom", "both must"),
        DESCRIPTOR_THROWS(
                "\"bad\"",
                "bad()",
                "int bad() { throw new IllegalStateException(\"boom\"); }",
                "it threw java.lang.IllegalStateException: boom",
                "both must always answer"),
        ANOTHER_GENERATION("\"bad\"", "99", "", "generation 99 of the SPI, and this host has 1", "get a version"),
        BAD_NAME("\"Bad Name\"", GENERATION, "", "its engine's name is 'Bad Name'", "must match");

        private final String engine;
        private final String generation;
        private final String body;
        final String reason;
        final String remedy;

        Fault(String engine, String generation, String body, String reason, String remedy) {
            this.engine = engine;
            this.generation = generation;
            this.body = body;
            this.reason = reason;
            this.remedy = remedy;
        }

        String source() {
            String source = Adapters.factory("bad.Factory", engine, generation, body);
            return switch (this) {
                case NOT_A_SUBTYPE -> "package bad; public class Factory {}";
                case EXTENDS_A_MISSING_CLASS ->
                    source.replace("class Factory implements", "class Factory extends Needed implements");
                default -> source;
            };
        }
    }

    /** What javac refuses in a module, so that only another compiler could make it. */
    static Stream<Fault> faultsOfModules() {
        return Stream.of(Fault.values())
                .filter(fault -> !List.of(Fault.NOT_A_SUBTYPE, Fault.CONSTRUCTOR_NEEDS_SOMETHING)
                        .contains(fault));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void discover_onTheClassPath_rejectsItAndLoadsTheGoodOne(Fault fault) {
        Path good = new Adapters(new Jars(folder)).onClassPath("good", "good");
        Found found = Launch.in(folder).onClassPath(broken(fault, false), good).asClasses();
        assertRejected(fault, found, "class path");
    }

    @ParameterizedTest
    @MethodSource("faultsOfModules")
    void discover_onTheModulePath_rejectsItAndLoadsTheGoodOne(Fault fault) {
        Path good = new Adapters(new Jars(folder)).onModulePath("good", "good");
        Found found = Launch.in(folder).onModulePath(broken(fault, true), good).asModules();
        assertRejected(fault, found, "module bad");
    }

    private void assertRejected(Fault fault, Found found, String place) {
        assertEquals("engines [good]", found.engines(), found.toString());
        assertEquals(2, found.report().size(), found.toString());
        found.assertLine("LOADED good");
        found.assertLine("REJECTED", fault.reason, fault.remedy, place, "bad.jar", "bad.Factory");
    }

    private Path broken(Fault fault, boolean module) {
        Jars.Source jar = new Jars(folder)
                .jar("bad")
                .source("bad.Factory", fault.source())
                .source("bad.Needed", "package bad; public class Needed {}");
        // A module must have some class in each package that its descriptor knows of.
        jar.without(fault == Fault.CLASS_MISSING ? "bad.Factory" : "bad.Needed");
        return module
                ? jar.source(
                                "module-info",
                                "module bad { requires io.llamaorch.adapter.spi; provides"
                                        + " io.llamaorch.adapter.spi.AdapterFactory with bad.Factory; }")
                        .build()
                : jar.services("bad.Factory").build();
    }
}
