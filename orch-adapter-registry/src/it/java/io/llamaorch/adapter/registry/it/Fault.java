package io.llamaorch.adapter.registry.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What can be wrong with a plugin, how to build one, and what the report says of it: in a host of modules, and in a host on
 * the class path. The same stands in {@code docs/plugins.md}.
 */
enum Fault {
    SERVICES_ONLY(
            "`META-INF/services` names the factory, `module-info` does not provide it",
            "REJECTED: META-INF/services names it, but its module-info does not provide it, and for a module only that"
                    + " counts; add \"provides io.llamaorch.adapter.spi.AdapterFactory with bad.Factory\" to its"
                    + " module-info",
            Fault.LOADED) {
        @Override
        Jars.Source jar(Kit kit) {
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
        Jars.Source jar(Kit kit) {
            return kit.jars()
                    .jar(kit.name())
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .source("bad.Factory", kit.factory(""));
        }
    },
    CLASS_MISSING(
            "the class of the factory is not in the jar",
            "REJECTED: its class does not exist, though its module provides it; mend the name in the module's"
                    + " declaration, or put the class into the jar",
            "REJECTED: its class does not exist, though META-INF/services names it; mend the name in META-INF/services,"
                    + " or put the class into the jar") {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter()
                    .source("bad.Other", "package bad; public class Other {}")
                    .without("bad.Factory");
        }
    },
    PACKAGE_MISSING(
            "the whole package of the factory is not in the jar",
            "REJECTED: its module-info names packages that are not in it: bad; build the jar again, with all that"
                    + " belongs into it",
            "REJECTED: its class does not exist, though META-INF/services names it; mend the name in META-INF/services,"
                    + " or put the class into the jar") {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter().without("bad.Factory");
        }
    },
    NOT_A_SUBTYPE(
            "the class is no `AdapterFactory`",
            "REJECTED: it is no AdapterFactory, or one of another copy of the SPI; take the SPI out of the adapter's"
                    + " jar, or mend what the jar declares",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter().replaced("bad.Factory", "package bad; public class Factory {}");
        }
    },
    NO_CONSTRUCTOR(
            "the factory has no public constructor without parameters",
            "REJECTED: it has no public constructor without parameters that can be called; tell its author: class and"
                    + " constructor must be public, and take nothing",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter().replaced("bad.Factory", kit.factory("public Factory(int x) {}"));
        }
    },
    CONSTRUCTOR_THROWS("the constructor throws", Fault.MAKING_FAILED, Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter("public Factory() { throw new IllegalStateException(\"boom\"); }");
        }
    },
    INITIALISER_THROWS("the static initialiser throws", Fault.MAKING_FAILED, Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter("static { if (true) throw new IllegalStateException(\"boom\"); }");
        }
    },
    RECURSES(
            "the constructor calls itself without end",
            "REJECTED: making it failed: java.lang.StackOverflowError; tell its author: a factory's constructor must"
                    + " take nothing and do nothing",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter("Factory f = new Factory();");
        }
    },
    ENGINE_THROWS(
            "the factory throws when it is asked for its engine",
            "REJECTED: it threw java.lang.AssertionError: boom when it was asked for its engine's name or its descriptor;"
                    + " tell its author: both must always answer",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
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
        Jars.Source jar(Kit kit) {
            String throwing = "int bad() { throw new IllegalStateException(\"boom\"); }";
            return kit.adapter(Adapters.factory("bad.Factory", kit.engine(), "bad()", throwing), "bad.Factory");
        }
    },
    BAD_ENGINE_NAME(
            "the engine's name is no name",
            "REJECTED: its engine's name is 'Bad Name'; tell its author: the name must match [a-z][a-z0-9-]{0,31}",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter(Adapters.factory("bad.Factory", "\"Bad Name\"", Adapters.GENERATION, ""), "bad.Factory");
        }
    },
    EXTENDS_A_MISSING_CLASS(
            "a class that the factory extends is not there",
            "REJECTED: a class that it needs is missing: bad.Needed; put the library that has it beside the adapter",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
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
        Jars.Source jar(Kit kit) {
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
        Jars.Source jar(Kit kit) {
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
    DUPLICATE(
            "two plugins serve one engine",
            "REJECTED: 2 providers serve engine 'duplicate': bad.Factory from module bad in"
                    + " file:/plugins/duplicate-2.jar and bad.Factory from module bad in file:/plugins/duplicate.jar;"
                    + " keep one of them, or register the one that is meant by hand",
            "REJECTED: 2 providers serve engine 'duplicate': bad.Factory from plugin duplicate-2.jar (class loader) in"
                    + " file:/plugins/duplicate-2.jar and bad.Factory from plugin duplicate.jar (class loader) in"
                    + " file:/plugins/duplicate.jar; keep one of them, or register the one that is meant by hand") {
        @Override
        void build(Kit kit) throws IOException {
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
        Jars.Source jar(Kit kit) {
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
        Jars.Source jar(Kit kit) {
            return kit.requiring("java.sql", "public Factory() { java.sql.DriverManager.getDrivers(); }");
        }
    },
    AUTOMATIC(
            "the adapter's jar has no `module-info`",
            "REJECTED: it is an automatic module: its jar has META-INF/services and no module-info; give it a module-info"
                    + " that provides it, or start the host with it on the class path",
            Fault.LOADED) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.bare();
        }
    },
    CORRUPT(
            "the jar is damaged",
            "REJECTED: it cannot be read: it is no jar, or a damaged one; copy it there again",
            Fault.SAME) {
        @Override
        void build(Kit kit) throws IOException {
            Files.writeString(kit.plugins().resolve(kit.name() + ".jar"), "this is no jar");
        }
    },
    CLASS_TOO_NEW(
            "the factory was compiled for a newer Java",
            "REJECTED: bad.Factory was compiled for Java 99, which is newer than this JVM; run the host on Java 99 or"
                    + " later, or get a build of the adapter for this JVM",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter().forJava("bad.Factory", 99);
        }
    },
    JAR_TOO_NEW(
            "all of it was compiled for a newer Java",
            "REJECTED: its module-info was compiled for Java 99, which is newer than this JVM; run the host on Java 99 or"
                    + " later, or get a build of the adapter for this JVM",
            "REJECTED: bad.Factory was compiled for Java 99, which is newer than this JVM; run the host on Java 99 or"
                    + " later, or get a build of the adapter for this JVM") {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter().forJava("bad.Factory", 99).forJava("module-info", 99);
        }
    },
    SPI_BESIDE(
            "the SPI's jar lies beside the adapter's",
            "LOADED: it brings along what the host supplies, the SPI in spi.jar, and that is not used; leave it out",
            Fault.SAME) {
        @Override
        void build(Kit kit) throws IOException {
            kit.folder();
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .build();
            Files.copy(Jars.of("io.llamaorch.adapter.spi").get(0), kit.folder().resolve("spi.jar"));
        }
    },
    SPI_INSIDE(
            "the adapter's jar has classes of the SPI in it",
            "REJECTED: it has package io.llamaorch.adapter.spi of the SPI in it, which the host supplies; take that"
                    + " package out of the jar",
            "LOADED: it brings along what the host supplies, the SPI in spi-inside.jar, and that is not used; leave it"
                    + " out") {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter().file("io/llamaorch/adapter/spi/AdapterFactory.class", "never read");
        }
    },
    SPLIT_PACKAGE(
            "two of its libraries have a package in common",
            "REJECTED: package common is in two modules: one (one.jar) and two (two.jar); keep one of them, or get"
                    + " versions of both that share no package",
            Fault.LOADED) {
        @Override
        void build(Kit kit) throws IOException {
            Path one = kit.library("one", "common");
            Path two = kit.library("two", "common");
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory", "one", "two"))
                    .against(one, two)
                    .build();
        }
    },
    JDK_PACKAGE(
            "a library has a package of the JDK in it",
            "REJECTED: it has package javax.crypto in it, which is in module java.base of the JDK too; take that package"
                    + " out of the jar, or get a version without it",
            Fault.LOADED) {
        @Override
        void build(Kit kit) throws IOException {
            String library = "package old; public class Library {}";
            Path old = kit.elsewhere().jar("old").source("old.Library", library).build();
            kit.jarsInFolder()
                    .jar("old")
                    .source("old.Library", library)
                    .file("javax/crypto/Extra.class", "never read")
                    .build();
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory", "old"))
                    .against(old)
                    .build();
        }
    },
    UNFIT_SERVICE(
            "a library that only provides a service lacks what it needs",
            "REJECTED: it needs module gone, which is not there; put the jar of that module beside it, both in a folder"
                    + " of their own",
            Fault.LOADED) {
        @Override
        void build(Kit kit) throws IOException {
            Path gone = kit.elsewhere()
                    .jar("gone")
                    .source("module-info", "module gone {}")
                    .source("gone.Library", "package gone; public class Library {}")
                    .build();
            kit.jarsInFolder()
                    .jar("service")
                    .source(
                            "module-info",
                            "module service { requires gone; provides java.lang.Runnable with service.Only; }")
                    .source(
                            "service.Only",
                            "package service; public class Only implements Runnable { public void run() {} }")
                    .against(gone)
                    .build();
            String module = Adapters.module("bad", "bad.Factory").replace(" provides", " uses Runnable; provides");
            kit.part("bad").source("module-info", module).build();
        }
    },
    EMPTY_FOLDER(
            "a folder is empty",
            "REJECTED: there is no jar in it; put the adapter's jar into it with its libraries, or remove it",
            Fault.SAME) {
        @Override
        void build(Kit kit) throws IOException {
            kit.folder();
        }
    },
    TWO_VERSIONS(
            "two versions of one library lie in a folder",
            "REJECTED: module lib is in it twice: in lib-1.jar and in lib-2.jar; keep one of them",
            Fault.SAME) {
        @Override
        void build(Kit kit) throws IOException {
            Path one = kit.library("lib", "lib");
            Files.copy(one, one.resolveSibling("lib-2.jar"));
            Files.move(one, one.resolveSibling("lib-1.jar"));
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .build();
        }
    },
    LIBRARY_ALONE(
            "a library lies alone in the plugin directory",
            "REJECTED: there is no adapter in it; if it is an adapter's library, put both into a folder of their own",
            Fault.SAME) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.jars().jar(kit.name()).source("lib.Library", "package lib; public class Library {}");
        }
    },
    LIBRARIES_ONLY(
            "a folder has only libraries in it",
            "REJECTED: no jar in it has an adapter; put the adapter's jar into it too, or remove it",
            Fault.SAME) {
        @Override
        void build(Kit kit) throws IOException {
            kit.library("one", "one");
            kit.library("two", "two");
        }
    },
    BAD_NAME(
            "a library without a `module-info` has a file name that makes no module name",
            "REJECTED: no name of a module can be made of its file's name; rename it to something like lib-1.2.jar",
            Fault.LOADED) {
        @Override
        void build(Kit kit) throws IOException {
            kit.jarsInFolder()
                    .jar("1-2")
                    .source("lib.Library", "package lib; public class Library {}")
                    .build();
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .build();
        }
    },
    LOOSE_CLASS(
            "a class is in no package",
            "REJECTED: it has a class that is in no package, which no module may have; tell its author: every class must"
                    + " be in a package",
            Fault.LOADED) {
        @Override
        Jars.Source jar(Kit kit) {
            return kit.adapter().file("Loose.class", "never read");
        }
    };

    static final String LOADED = "LOADED";
    private static final String SAME = "";
    private static final String MAKING_FAILED =
            "REJECTED: making it failed: java.lang.IllegalStateException: boom; tell its author: a factory's constructor"
                    + " must take nothing and do nothing";

    /** What is wrong, in words. */
    final String title;

    /** What a host of modules says. */
    final String asModules;

    /** What a host on the class path says. */
    final String asClasses;

    Fault(String title, String asModules, String asClasses) {
        this.title = title;
        this.asModules = asModules;
        this.asClasses = asClasses.equals(SAME) ? asModules : asClasses;
    }

    /** The name of its jar or folder, and of its engine. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The only jar of the plugin. */
    Jars.Source jar(Kit kit) {
        throw new AssertionError(this + " is no single jar");
    }

    /** Builds the plugin. */
    void build(Kit kit) throws IOException {
        jar(kit).build();
    }

    /** What the plugin of one fault is built with. */
    record Kit(Fault fault, Path plugins, Path work) {

        String name() {
            return fault.key();
        }

        String engine() {
            return "\"" + name() + "\"";
        }

        Jars jars() {
            return new Jars(plugins, work.resolve(name()));
        }

        /** For what is compiled against and then left out. */
        Jars elsewhere() {
            return new Jars(work.resolve(name() + "-left-out"));
        }

        Path folder() throws IOException {
            return Files.createDirectories(plugins.resolve(name()));
        }

        Jars jarsInFolder() throws IOException {
            return new Jars(folder(), work.resolve(name()));
        }

        String factory(String body) {
            return Adapters.factory("bad.Factory", engine(), Adapters.GENERATION, body);
        }

        /** A jar with a factory and META-INF/services. */
        Jars.Source bare() {
            return bare(factory(""));
        }

        Jars.Source bare(String source) {
            return jars().jar(name()).source("bad.Factory", source).services("bad.Factory");
        }

        /** The same with a module-info, which is nothing wrong yet. */
        Jars.Source adapter() {
            return adapter("");
        }

        Jars.Source adapter(String body) {
            return adapter(factory(body), "bad.Factory");
        }

        Jars.Source adapter(String source, String type) {
            return bare(source).source("module-info", Adapters.module("bad", type));
        }

        Jars.Source requiring(String module, String body) {
            return bare(factory(body)).source("module-info", Adapters.module("bad", "bad.Factory", module));
        }

        /** A jar with a factory and META-INF/services in the plugin's folder. */
        Jars.Source part(String jar) throws IOException {
            return jarsInFolder().jar(jar).source("bad.Factory", factory("")).services("bad.Factory");
        }

        /** A library in the plugin's folder. */
        Path library(String module, String packageName) throws IOException {
            return jarsInFolder()
                    .jar(module)
                    .source("module-info", "module " + module + " {}")
                    .source(packageName + ".Library", "package " + packageName + "; public class Library {}")
                    .build();
        }
    }
}
