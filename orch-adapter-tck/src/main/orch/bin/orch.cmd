@echo off
rem Starts the command line on the module path of this folder: modules\ is what was shipped, adapters\ what was dropped in.
rem   JAVA_HOME  the Java to use (17 or newer); without it, the first java on the PATH
rem   JAVA_OPTS  more options for it
rem   ORCH_LOG   what is logged to standard error: off, error (the default), warn, info, debug, trace
setlocal
set "HOME_DIR=%~dp0.."
if not defined ORCH_LOG set "ORCH_LOG=error"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"

"%JAVA%" --version >nul 2>&1
if errorlevel 1 (
  echo orch: no usable Java found. Install Java 17 or newer, or set JAVA_HOME to one. 1>&2
  exit /b 1
)

"%JAVA%" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto ^
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=%ORCH_LOG%" %JAVA_OPTS% ^
  -p "%HOME_DIR%\modules;%HOME_DIR%\adapters" ^
  -m io.llamaorch.adapter.tck/io.llamaorch.adapter.tck.internal.cli.Orch %*
exit /b %ERRORLEVEL%
