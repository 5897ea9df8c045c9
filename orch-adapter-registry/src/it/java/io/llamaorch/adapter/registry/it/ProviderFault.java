package io.llamaorch.adapter.registry.it;

import java.nio.file.Path;

/** What can be wrong with a factory's class. */
enum ProviderFault implements Fault {
    NOT_A_SUBTYPE(
            "the class is no `AdapterFactory`",
            "REJECTED: it is no AdapterFactory, or one of another copy of the SPI; take the SPI out of the adapter's"
                    + " jar, or mend what the jar declares",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter().replaced("bad.Factory", "package bad; public class Factory {}");
        }
    },
    NO_CONSTRUCTOR(
            "the factory has no public constructor without parameters",
            "REJECTED: it has no public constructor without parameters that can be called; tell its author: class and"
                    + " constructor must be public, and take nothing",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter().replaced("bad.Factory", kit.factory("public Factory(int x) {}"));
        }
    },
    CONSTRUCTOR_THROWS("the constructor throws", ProviderFault.MAKING_FAILED, Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter("public Factory() { throw new IllegalStateException(\"boom\"); }");
        }
    },
    INITIALISER_THROWS("the static initialiser throws", ProviderFault.MAKING_FAILED, Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter("static { if (true) throw new IllegalStateException(\"boom\"); }");
        }
    },
    RECURSES(
            "the constructor calls itself without end",
            "REJECTED: making it failed: java.lang.StackOverflowError; tell its author: a factory's constructor must"
                    + " take nothing and do nothing",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter("Factory f = new Factory();");
        }
    },
    ENGINE_THROWS(
            "the factory throws when it is asked for its engine",
            "REJECTED: it threw java.lang.AssertionError: boom when it was asked for its engine's name or its descriptor;"
                    + " tell its author: both must always answer",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            String throwing = "String bad() { throw new AssertionError(\"boom\"); }";
            return kit.adapter(Adapters.factory("bad.Factory", "bad()", Adapters.GENERATION, throwing), "bad.Factory");
        }
    },
    DESCRIPTOR_THROWS(
            "the factory throws when it is asked for its descriptor",
            "REJECTED: it threw java.lang.IllegalStateException: boom when it was asked for its engine's name or its"
                    + " descriptor; tell its author: both must always answer",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            String throwing = "int bad() { throw new IllegalStateException(\"boom\"); }";
            return kit.adapter(Adapters.factory("bad.Factory", kit.engine(), "bad()", throwing), "bad.Factory");
        }
    },
    BAD_ENGINE_NAME(
            "the engine's name is no name",
            "REJECTED: its engine's name is 'Bad Name'; tell its author: the name must match [a-z][a-z0-9-]{0,31}",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter(Adapters.factory("bad.Factory", "\"Bad Name\"", Adapters.GENERATION, ""), "bad.Factory");
        }
    },
    EXTENDS_A_MISSING_CLASS(
            "a class that the factory extends is not there",
            "REJECTED: a class that it needs is missing: bad.Needed; put the library that has it beside the adapter",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            String source =
                    kit.factory("").replace("class Factory implements", "class Factory extends Needed implements");
            return kit.adapter(source, "bad.Factory")
                    .source("bad.Needed", "package bad; public class Needed {}")
                    .source("bad.Other", "package bad; public class Other {}")
                    .without("bad.Needed");
        }
    },
    OTHER_GENERATION(
            "it was built for another generation of the SPI",
            "REJECTED: it was built for generation 99 of the SPI, and this host has 1; get a version of the adapter that"
                    + " was built for this host's SPI, or a host for the adapter's",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter(Adapters.factory("bad.Factory", kit.engine(), "99", ""), "bad.Factory");
        }
    },
    OTHER_SPI(
            "it was compiled with another SPI, in which a method is missing",
            "REJECTED: it was built for another SPI than this host's, of version 9.0 (AbstractMethodError); get a version"
                    + " of the adapter that was built for this host's SPI, or a host for the adapter's",
            "REJECTED: it was built for another SPI than this host's (AbstractMethodError); get a version of the adapter"
                    + " that was built for this host's SPI, or a host for the adapter's") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            Path spi = kit.elsewhere()
                    .jar("spi")
                    .source("module-info", "module io.llamaorch.adapter.spi { exports io.llamaorch.adapter.spi; }")
                    .source(
                            "io.llamaorch.adapter.spi.AdapterFactory",
                            "package io.llamaorch.adapter.spi; public interface AdapterFactory { String engine(); }")
                    .option("--module-version", "9.0")
                    .build();
            return kit.adapter(
                            "package bad; public class Factory implements io.llamaorch.adapter.spi.AdapterFactory {"
                                    + " public String engine() { return " + kit.engine() + "; } }",
                            "bad.Factory")
                    .withoutHost()
                    .against(spi);
        }
    },
    CLASS_TOO_NEW(
            "the factory was compiled for a newer Java",
            "REJECTED: bad.Factory was compiled for Java 99, which is newer than this JVM; run the host on Java 99 or"
                    + " later, or get a build of the adapter for this JVM",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter().forJava("bad.Factory", 99);
        }
    },
    CLASS_MISSING(
            "the class of the factory is not in the jar",
            "REJECTED: its class does not exist, though its module provides it; mend the name in the module's"
                    + " declaration, or put the class into the jar",
            "REJECTED: its class does not exist, though META-INF/services names it; mend the name in META-INF/services,"
                    + " or put the class into the jar") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter()
                    .source("bad.Other", "package bad; public class Other {}")
                    .without("bad.Factory");
        }
    };

    private static final String MAKING_FAILED =
            "REJECTED: making it failed: java.lang.IllegalStateException: boom; tell its author: a factory's constructor"
                    + " must take nothing and do nothing";

    private final FaultReport told;

    ProviderFault(String title, String asModules, String asClasses) {
        told = new FaultReport(title, asModules, asClasses);
    }

    @Override
    public FaultReport told() {
        return told;
    }
}
