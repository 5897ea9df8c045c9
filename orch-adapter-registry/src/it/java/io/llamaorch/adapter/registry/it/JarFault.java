package io.llamaorch.adapter.registry.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be wrong with an adapter's jar, and with what it declares. */
enum JarFault implements Fault {
    SERVICES_ONLY(
            "`META-INF/services` names the factory, `module-info` does not provide it",
            "REJECTED: META-INF/services names it, but its module-info does not provide it, and for a module only that"
                    + " counts; add \"provides io.llamaorch.adapter.spi.AdapterFactory with bad.Factory\" to its"
                    + " module-info",
            Fault.LOADED) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.bare().source("module-info", "module bad { requires io.llamaorch.adapter.spi; }");
        }
    },
    MODULE_INFO_ONLY(
            "`module-info` provides the factory, `META-INF/services` does not name it",
            Fault.LOADED,
            "REJECTED: its module-info provides it, but META-INF/services does not name it, and on the class path only"
                    + " that counts; add the line bad.Factory to"
                    + " META-INF/services/io.llamaorch.adapter.spi.AdapterFactory of its jar") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.jars()
                    .jar(kit.name())
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .source("bad.Factory", kit.factory(""));
        }
    },
    PACKAGE_MISSING(
            "the whole package of the factory is not in the jar",
            "REJECTED: its module-info names packages that are not in it: bad; build the jar again, with all that"
                    + " belongs into it",
            "REJECTED: its class does not exist, though META-INF/services names it; mend the name in META-INF/services,"
                    + " or put the class into the jar") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter().without("bad.Factory");
        }
    },
    DUPLICATE(
            "two plugins serve one engine",
            "REJECTED: 2 providers serve engine 'duplicate': bad.Factory from module bad in"
                    + " file:/plugins/duplicate-2.jar and bad.Factory from module bad in file:/plugins/duplicate.jar;"
                    + " keep one of them, or register the one that is meant by hand",
            "REJECTED: 2 providers serve engine 'duplicate': bad.Factory from plugin duplicate-2.jar (class loader) in"
                    + " file:/plugins/duplicate-2.jar and bad.Factory from plugin duplicate.jar (class loader) in"
                    + " file:/plugins/duplicate.jar; keep one of them, or register the one that is meant by hand") {
        @Override
        public void build(FaultKit kit) throws IOException {
            Path one = kit.adapter().build();
            Files.copy(one, one.resolveSibling("duplicate-2.jar"));
        }
    },
    MISSING_DEPENDENCY(
            "a library is missing",
            "REJECTED: it needs module gone.lib, which is not there; put the jar of that module beside it, both in a"
                    + " folder of their own",
            "REJECTED: a class that it needs is missing: gone.lib.Needed; put the library that has it beside the"
                    + " adapter") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            Path library = kit.elsewhere()
                    .jar("gone")
                    .source("module-info", "module gone.lib { exports gone.lib; }")
                    .source("gone.lib.Needed", "package gone.lib; public class Needed {}")
                    .build();
            return kit.requiring("gone.lib", "public Factory() { new gone.lib.Needed(); }")
                    .against(library);
        }
    },
    MISSING_JDK_MODULE(
            "the host runs without a module of the JDK that it needs",
            "REJECTED: it needs module java.sql of the JDK, which this host was started without; start the host with"
                    + " --add-modules java.sql",
            "REJECTED: a class of the JDK that it needs is not in this JVM: java.sql.DriverManager; start the host with"
                    + " --add-modules and the module of that class, or on a whole JDK") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.requiring("java.sql", "public Factory() { java.sql.DriverManager.getDrivers(); }");
        }
    },
    AUTOMATIC(
            "the adapter's jar has no `module-info`",
            "REJECTED: it is an automatic module: its jar has META-INF/services and no module-info; give it a module-info"
                    + " that provides it, or start the host with it on the class path",
            Fault.LOADED) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.bare();
        }
    },
    CORRUPT(
            "the jar is damaged",
            "REJECTED: it cannot be read: it is no jar, or a damaged one; copy it there again",
            Fault.SAME) {
        @Override
        public void build(FaultKit kit) throws IOException {
            Files.writeString(kit.plugins().resolve(kit.name() + ".jar"), "this is no jar");
        }
    },
    JAR_TOO_NEW(
            "all of it was compiled for a newer Java",
            "REJECTED: its module-info was compiled for Java 99, which is newer than this JVM; run the host on Java 99 or"
                    + " later, or get a build of the adapter for this JVM",
            "REJECTED: bad.Factory was compiled for Java 99, which is newer than this JVM; run the host on Java 99 or"
                    + " later, or get a build of the adapter for this JVM") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter().forJava("bad.Factory", 99).forJava("module-info", 99);
        }
    },
    SPI_INSIDE(
            "the adapter's jar has classes of the SPI in it",
            "REJECTED: it has package io.llamaorch.adapter.spi of the SPI in it, which the host supplies; take that"
                    + " package out of the jar",
            "LOADED: it brings along what the host supplies, the SPI in spi-inside.jar, and that is not used; leave it"
                    + " out") {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter().file("io/llamaorch/adapter/spi/AdapterFactory.class", "never read");
        }
    },
    LIBRARY_ALONE(
            "a library lies alone in the plugin directory",
            "REJECTED: there is no adapter in it; if it is an adapter's library, put both into a folder of their own",
            Fault.SAME) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.jars().jar(kit.name()).source("lib.Library", "package lib; public class Library {}");
        }
    },
    LOOSE_CLASS(
            "a class is in no package",
            "REJECTED: it has a class that is in no package, which no module may have; tell its author: every class must"
                    + " be in a package",
            Fault.LOADED) {
        @Override
        public Jars.Source jar(FaultKit kit) {
            return kit.adapter().file("Loose.class", "never read");
        }
    };

    private final FaultReport told;

    JarFault(String title, String asModules, String asClasses) {
        told = new FaultReport(title, asModules, asClasses);
    }

    @Override
    public FaultReport told() {
        return told;
    }
}
