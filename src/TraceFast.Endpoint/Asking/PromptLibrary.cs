using System.Text;
using TraceFast.Data;

namespace TraceFast.Endpoint.Asking;

/// <summary>
/// The prompts that a model is asked with: those of this program, and in their place the files of the same names in a user's folder.
/// </summary>
public sealed class PromptLibrary
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, PromptTemplate> _templates = [];

    private PromptLibrary()
    {
    }

    /// <param name="names">The prompts there are; <see cref="PromptName.Repair"/> is one always.</param>
    /// <param name="folder">With files NAME.txt, each in place of the prompt of that name; null: this program's own.</param>
    /// <exception cref="PromptException">The folder or a file cannot be read, a file has another name, or a slot is unknown or
    /// missing.</exception>
    public static PromptLibrary Load(IReadOnlyList<PromptName> names, string? folder = null)
    {
        PromptName[] all = [.. names, PromptName.Repair];
        PromptLibrary library = new();
        foreach (PromptName name in all)
            library._templates[name.Name] = new PromptTemplate(ReadBuiltIn(name), name.Slots, name.File);
        if (folder is null)
            return library;
        if (!Directory.Exists(folder))
            throw new PromptException($"{folder}: there is no such folder of prompts");
        foreach (string path in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            PromptName name = all.FirstOrDefault(n => n.File == Path.GetFileName(path))
                ?? throw new PromptException(
                    $"{path}: there is no prompt of this name; there are {string.Join(", ", all.Select(n => n.File))}");
            library._templates[name.Name] = new PromptTemplate(Read(path), name.Slots, path);
        }

        return library;
    }

    public PromptTemplate Get(PromptName name) => _templates[name.Name];

    /// <summary>Writes this program's own prompts, as a start for a user's.</summary>
    /// <param name="names">Which; <see cref="PromptName.Repair"/> always.</param>
    /// <param name="folder">Made where it is missing.</param>
    /// <returns>The files.</returns>
    /// <exception cref="PromptException">One of the files is there already; none is written.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> WriteBuiltIn(IReadOnlyList<PromptName> names, string folder)
    {
        PromptName[] all = [.. names, PromptName.Repair];
        if (all.Select(n => Path.Combine(folder, n.File)).FirstOrDefault(File.Exists) is { } there)
            throw new PromptException($"{there}: is there already; name another folder");
        Directory.CreateDirectory(folder);
        foreach (PromptName name in all)
            File.WriteAllText(Path.Combine(folder, name.File), ReadBuiltIn(name), s_strict);
        return [.. all.Select(n => Path.Combine(folder, n.File))];
    }

    private static string Read(string path)
    {
        try
        {
            return s_strict.GetString(InputFile.ReadAllBytes(path)).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException e)
        {
            throw new PromptException($"{path}: not valid UTF-8; save the file as UTF-8", e);
        }
        catch (InputException e)
        {
            throw new PromptException(e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PromptException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    private static string ReadBuiltIn(PromptName name)
    {
        using Stream stream = name.Owner.Assembly.GetManifestResourceStream($"prompts/{name.File}")!;
        using StreamReader reader = new(stream, s_strict);
        return reader.ReadToEnd();
    }
}
