package io.llamaorch.adapter.registry.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be wrong with a plugin that is a folder. */
enum FolderFault implements Fault {
    SPI_BESIDE(
            "the SPI's jar lies beside the adapter's",
            "LOADED: it brings along what the host supplies, the SPI in spi.jar, and that is not used; leave it out",
            Fault.SAME) {
        @Override
        public void build(FaultKit kit) throws IOException {
            kit.folder();
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .build();
            Files.copy(Jars.of("io.llamaorch.adapter.spi").get(0), kit.folder().resolve("spi.jar"));
        }
    },
    SPLIT_PACKAGE(
            "two of its libraries have a package in common",
            "REJECTED: package common is in two modules: one (one.jar) and two (two.jar); keep one of them, or get"
                    + " versions of both that share no package",
            Fault.LOADED) {
        @Override
        public void build(FaultKit kit) throws IOException {
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
        public void build(FaultKit kit) throws IOException {
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
        public void build(FaultKit kit) throws IOException {
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
        public void build(FaultKit kit) throws IOException {
            kit.folder();
        }
    },
    TWO_VERSIONS(
            "two versions of one library lie in a folder",
            "REJECTED: module lib is in it twice: in lib-1.jar and in lib-2.jar; keep one of them",
            Fault.SAME) {
        @Override
        public void build(FaultKit kit) throws IOException {
            Path one = kit.library("lib", "lib");
            Files.copy(one, one.resolveSibling("lib-2.jar"));
            Files.move(one, one.resolveSibling("lib-1.jar"));
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .build();
        }
    },
    LIBRARIES_ONLY(
            "a folder has only libraries in it",
            "REJECTED: no jar in it has an adapter; put the adapter's jar into it too, or remove it",
            Fault.SAME) {
        @Override
        public void build(FaultKit kit) throws IOException {
            kit.library("one", "one");
            kit.library("two", "two");
        }
    },
    BAD_NAME(
            "a library without a `module-info` has a file name that makes no module name",
            "REJECTED: no name of a module can be made of its file's name; rename it to something like lib-1.2.jar",
            Fault.LOADED) {
        @Override
        public void build(FaultKit kit) throws IOException {
            kit.jarsInFolder()
                    .jar("1-2")
                    .source("lib.Library", "package lib; public class Library {}")
                    .build();
            kit.part("bad")
                    .source("module-info", Adapters.module("bad", "bad.Factory"))
                    .build();
        }
    };

    private final FaultReport told;

    FolderFault(String title, String asModules, String asClasses) {
        told = new FaultReport(title, asModules, asClasses);
    }

    @Override
    public FaultReport told() {
        return told;
    }
}
