using System.Diagnostics;

namespace TraceFast.Cli;

/// <summary>This program, to be started again.</summary>
internal static class OwnProgram
{
    /// <summary>Its launcher, or <c>dotnet tracefast.dll</c> where that is how this process was started.</summary>
    public static ProcessStartInfo Command(params IEnumerable<string> arguments)
    {
        string library = Path.Combine(AppContext.BaseDirectory, "tracefast.dll");
        bool hosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string program = hosted ? Environment.ProcessPath! : Path.ChangeExtension(library, null);
        return new ProcessStartInfo(program, hosted ? [library, .. arguments] : arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
    }
}
