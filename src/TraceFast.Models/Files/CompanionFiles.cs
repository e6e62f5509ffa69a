using TraceFast.Data.Files;
using TraceFast.Data;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Files;

/// <summary>
/// The files of a model folder beside its weights and config.json: tokenizer, generation settings, license. Not its README, which
/// describes that model and not the one that is written.
/// </summary>
public static class CompanionFiles
{
    private static readonly string[] s_extensions = [".json", ".txt", ".model", ".jinja", ""];

    /// <summary>Copies them, unless both folders are the same.</summary>
    public static void Copy(string from, string to)
    {
        if (Path.GetFullPath(from) == Path.GetFullPath(to))
            return;
        foreach (string file in Directory.GetFiles(from).Where(IsCompanion))
            AtomicFile.Write(Path.Combine(to, Path.GetFileName(file)), InputFile.ReadAllBytes(file));
    }

    private static bool IsCompanion(string file)
    {
        string name = Path.GetFileName(file);
        return name is not (ModelWeights.IndexFile or "config.json" or LoraConfigFile.Name)
            && !name.StartsWith('.')
            && s_extensions.Contains(Path.GetExtension(name).ToLowerInvariant());
    }
}
