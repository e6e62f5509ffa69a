using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TraceFast.Data;

namespace TraceFast.Endpoint.Asking;

/// <summary>
/// The prompts for a model: those of this program, or in their place the files of the same names in a user's folder.
/// </summary>
public sealed class PromptLibrary
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, PromptTemplate> _templates = [];

    private PromptLibrary()
    {
    }

    /// <param name="names">The prompts; <see cref="PromptName.Repair"/> is always added.</param>
    /// <param name="folder">With files NAME.txt, each in place of the prompt of that name; null: this program's own.</param>
    /// <exception cref="PromptException">The folder or a file cannot be read, a file has another name, or a slot is unknown or
    /// missing.</exception>
    public static PromptLibrary Load(IReadOnlyList<PromptName> names, string? folder = null)
    {
        PromptName[] all = [.. names, PromptName.Repair];
        PromptLibrary library = new();
        foreach (PromptName name in all)
            library._templates[name.Name] = new PromptTemplate(ReadBuiltIn(name), name, name.File);
        if (folder is null)
            return library;
        if (!Directory.Exists(folder))
            throw new PromptException($"{folder}: no such folder; expected a folder of prompts");
        foreach (string path in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            PromptName name = all.FirstOrDefault(n => n.File == Path.GetFileName(path))
                ?? throw new PromptException(
                    $"{path}: there is no prompt of this name; there are {string.Join(", ", all.Select(n => n.File))}");
            library._templates[name.Name] = new PromptTemplate(Read(path), name, path);
        }

        return library;
    }

    public PromptTemplate Get(PromptName name) => _templates[name.Name];

    /// <summary>Writes this program's own prompts, for a user to edit.</summary>
    /// <param name="names">Which; <see cref="PromptName.Repair"/> is always added.</param>
    /// <param name="folder">Created where it is missing.</param>
    /// <returns>The files.</returns>
    /// <exception cref="PromptException">One of the files exists already; none is written.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> WriteBuiltIn(IReadOnlyList<PromptName> names, string folder)
    {
        PromptName[] all = [.. names, PromptName.Repair];
        if (all.Select(n => Path.Combine(folder, n.File)).FirstOrDefault(File.Exists) is { } there)
            throw new PromptException($"{there}: exists already; name another folder");
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

/// <summary>A prompt of this program, with the slots that it must have.</summary>
/// <param name="Owner">A type of the project that embeds the prompt's own text as "prompts/NAME.txt".</param>
/// <param name="Name">The file's name without .txt.</param>
/// <param name="Slots">Names of {{slots}}.</param>
public sealed record PromptName(Type Owner, string Name, IReadOnlyList<string> Slots)
{
    /// <summary>The re-prompt for an answer in the format that was asked for.</summary>
    public static readonly PromptName Repair = new(typeof(PromptName), "repair", ["format"])
    {
        FormerSlots = new Dictionary<string, string> { ["form"] = "format" },
    };

    /// <summary>Slots by their names in older prompt files, which stay readable.</summary>
    public IReadOnlyDictionary<string, string> FormerSlots { get; init; } = new Dictionary<string, string>();

    public string File => Name + ".txt";
}

/// <summary>A prompt with slots {{name}}. The value of a slot is never searched for slots itself.</summary>
public sealed partial class PromptTemplate
{
    private readonly string _text;

    /// <param name="text">The prompt; line ends become \n, those at its end are left out.</param>
    /// <param name="name">Says which slots it must have, each once or more.</param>
    /// <exception cref="PromptException">A slot is unknown or missing.</exception>
    public PromptTemplate(string text, PromptName name, string source)
    {
        IReadOnlyList<string> slots = name.Slots;
        _text = Slot().Replace(
            text.ReplaceLineEndings("\n").TrimEnd('\n'),
            m => name.FormerSlots.TryGetValue(m.Groups[1].Value, out string? slot) ? $"{{{{{slot}}}}}" : m.Value);
        string[] found = [.. Slot().Matches(_text).Select(m => m.Groups[1].Value).Distinct()];
        if (found.FirstOrDefault(f => !slots.Contains(f)) is { } unknown)
            throw new PromptException($"{source}: there is no slot {{{{{unknown}}}}}; this prompt has {Listed(slots)}");
        if (slots.FirstOrDefault(s => !found.Contains(s)) is { } missing)
            throw new PromptException($"{source}: the slot {{{{{missing}}}}} is missing; this prompt needs {Listed(slots)}");
    }

    /// <summary>The prompt with its slots filled.</summary>
    public string Fill(params ReadOnlySpan<(string Slot, string Value)> values)
    {
        StringBuilder filled = new();
        int at = 0;
        foreach (Match match in Slot().Matches(_text))
        {
            filled.Append(_text, at, match.Index - at);
            foreach ((string slot, string value) in values)
            {
                if (slot == match.Groups[1].Value)
                    filled.Append(value);
            }

            at = match.Index + match.Length;
        }

        return filled.Append(_text, at, _text.Length - at).ToString();
    }

    private static string Listed(IReadOnlyList<string> slots) => string.Join(", ", slots.Select(s => $"{{{{{s}}}}}"));

    [GeneratedRegex(@"\{\{([a-z_]+)\}\}")]
    private static partial Regex Slot();
}

/// <summary>
/// A user's prompt is invalid: its file cannot be read or is not named after a prompt, or a slot is unknown or missing. Names the file.
/// </summary>
public sealed class PromptException(string message, Exception? inner = null) : EndpointException(message, inner);

/// <summary>
/// The line before and after a response in a prompt. It is made from the response's own hash, so that no response can contain it and end
/// itself.
/// </summary>
public static class Delimiter
{
    public static string Of(string response) =>
        "=====" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(response))[..6]) + "=====";
}
