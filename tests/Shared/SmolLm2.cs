using System.Diagnostics;

namespace TraceFast.Tests;

/// <summary>The real 135M model, made once from its GGUF file.</summary>
internal static class SmolLm2
{
    private static readonly Lock s_gate = new();

    /// <summary>The Hugging Face folder under artifacts/; skips the test where it cannot be made.</summary>
    public static string Folder
    {
        get
        {
            string source = Oracles.Require("models", "smollm2-135m-instruct");
            string folder = Path.Combine(Oracles.RepositoryRoot, "artifacts", "models", "smollm2-135m-instruct");
            lock (s_gate)
            {
                if (!File.Exists(Path.Combine(folder, "generation_config.json")))
                    Make(source, folder);
            }

            return folder;
        }
    }

    private static void Make(string source, string folder)
    {
        string tool = Path.GetFullPath(Path.Combine(Oracles.Root, "..", "tools", "gguf_to_hf.py"));
        const string python = "/usr/bin/python3";
        if (!File.Exists(tool) || !File.Exists(python))
            Assert.Skip($"absent: {(File.Exists(tool) ? python : tool)}, which makes the model folder");
        string aside = $"{folder}.making-{Environment.ProcessId}";
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        using Process process = Process.Start(
            new ProcessStartInfo(
                python, [tool, Directory.GetFiles(source, "*.gguf").Single(), Oracles.Require("tokenizers", "smollm"), aside])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (errors.Contains("No module named", StringComparison.Ordinal))
            Assert.Skip($"python3-numpy is absent, which makes the model folder: {errors}");
        Assert.True(process.ExitCode == 0, errors);
        try
        {
            Directory.Move(aside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(aside, recursive: true); // another test program made it in the meantime
        }
    }
}
