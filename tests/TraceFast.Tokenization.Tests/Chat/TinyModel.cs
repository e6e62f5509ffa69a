using System.Text;
using System.Text.Json;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Tokenization.Tests.Chat;

/// <summary>
/// A model folder with a byte-level tokenizer in which the id of a byte is its value, "\n\n" is 256, and the special tokens follow from
/// 257 in the order given; so expected ids can be written down.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    public const int FirstSpecial = 257;

    private readonly string[] _specials;

    public TinyModel(string? chatTemplate, string[] specials, string? bos = null, string? eos = null)
    {
        _specials = specials;
        Folder = Directory.CreateTempSubdirectory("tracefast-chat-").FullName;
        Dictionary<string, int> vocabulary = new();
        for (int b = 0; b < 256; b++)
            vocabulary[ByteLetter(b).ToString()] = b;
        string newline = ByteLetter('\n').ToString();
        vocabulary[newline + newline] = 256;
        Write("tokenizer.json", new
        {
            version = "1.0",
            added_tokens = specials.Select((s, i) => new
            {
                id = FirstSpecial + i,
                content = s,
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = true,
            }),
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
            decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
            model = new { type = "BPE", vocab = vocabulary, merges = new[] { new[] { newline, newline } } },
        });
        Write("tokenizer_config.json",
            new { bos_token = bos, eos_token = eos is null ? null : new { content = eos }, chat_template = chatTemplate });
        Tokenizer = Tokenizer.Load(Folder);
    }

    public string Folder { get; }

    public Tokenizer Tokenizer { get; }

    public ChatFormat Own() => ChatFormat.FromModel(Folder, Tokenizer);

    public ChatFormat Named(string template) => ChatFormat.ForTemplate(template, Tokenizer, Folder);

    /// <summary>Ids of text written with its special tokens; \u0001 before one makes it plain text.</summary>
    public int[] Ids(string text)
    {
        List<int> ids = new();
        for (int i = 0; i < text.Length;)
        {
            bool plain = text[i] == '\u0001';
            i += plain ? 1 : 0;
            int special = plain ? -1 : Array.FindIndex(_specials, s => string.CompareOrdinal(text, i, s, 0, s.Length) == 0);
            if (special >= 0)
            {
                ids.Add(FirstSpecial + special);
                i += _specials[special].Length;
            }
            else if (text[i] == '\n' && i + 1 < text.Length && text[i + 1] == '\n')
            {
                ids.Add(256);
                i += 2;
            }
            else
            {
                int width = char.IsSurrogatePair(text, i) ? 2 : 1;
                ids.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, width)).Select(b => (int)b));
                i += width;
            }
        }
        return [.. ids];
    }

    public void Write(string name, object content) =>
        File.WriteAllText(Path.Combine(Folder, name), content as string ?? JsonSerializer.Serialize(content));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // GPT-2's printable stand-in for a byte.
    private static char ByteLetter(int b)
    {
        static bool Printable(int x) => x is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return Printable(b) ? (char)b : (char)(256 + Enumerable.Range(0, b).Count(x => !Printable(x)));
    }
}
