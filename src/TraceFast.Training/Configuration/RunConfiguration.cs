using System.Runtime.CompilerServices;
using System.Text;
using TraceFast.Data.Files;
using TraceFast.Data.Progress;
using TraceFast.Data.Yaml;

namespace TraceFast.Training.Configuration;

/// <summary>
/// The settings of a training run: a LLaMA-Factory YAML file plus <c>key=value</c> overrides. Every value has been checked,
/// alone and against the others. <see cref="ConfigurationKeys"/> says what each key means.
/// </summary>
public sealed partial class RunConfiguration
{
    private readonly ConfigurationValues _values;

    private RunConfiguration(ConfigurationValues values)
    {
        _values = values;
        Notes = [.. values.Notes, .. ConfigurationRules.Check(this, values)];
    }

    /// <summary>One line for each key that was given and has no effect, with the reason; to be printed.</summary>
    public IReadOnlyList<string> Notes { get; private init; }

    /// <summary>
    /// The effective configuration as YAML, one key per line by name, defaults included: equal for files that differ only in order,
    /// comments or spelled-out defaults.
    /// </summary>
    public string Effective => string.Concat(ValuesOf(_ => true).Select(v => $"{v.Key}: {v.Value}\n"));

    /// <summary>Reads a file and applies the overrides.</summary>
    /// <exception cref="InputException">One line per mistake: file:line, what was found, what was expected.</exception>
    public static RunConfiguration Load(string path, IReadOnlyList<string>? overrides = null) =>
        new(new ConfigurationValues(YamlReader.ReadFile(path), overrides ?? []));

    /// <summary>Reads YAML text; errors call the file <paramref name="name"/>.</summary>
    /// <exception cref="InputException">As <see cref="Load"/>.</exception>
    public static RunConfiguration Parse(string yaml, string name = "configuration", IReadOnlyList<string>? overrides = null) =>
        new(new ConfigurationValues(YamlReader.Read(yaml, line => $"{name}:{line}"), overrides ?? []));

    /// <summary>The same with a token budget that was chosen for it; <see cref="IsGiven"/> does not change.</summary>
    internal RunConfiguration WithTokenBudget(int budget) => new(_values.WithDefault("token_budget", budget));

    /// <summary>Whether the user set a key (to something other than null).</summary>
    public bool IsGiven(string key) => _values.IsGiven(key);

    /// <summary>Where a key was set ("file:line", an override, or "default"), for later errors.</summary>
    public string Where(string key) => _values.Where(key);

    /// <summary>The effective values of the keys that pass, in the order of their names: each as it is written in YAML.</summary>
    public IEnumerable<KeyValuePair<string, string>> ValuesOf(Func<ConfigurationKey, bool> includes) =>
        ConfigurationKeys.Applied.Where(includes).OrderBy(k => k.Name, StringComparer.Ordinal)
            .Select(k => KeyValuePair.Create(k.Name, Written(_values.Value(k.Name))));

    /// <summary>The value of a key where it is not given, as <see cref="ValuesOf"/> writes it; null: there is no such key.</summary>
    public static string? DefaultOf(string key) => ConfigurationKeys.Find(key) is null ? null
        : Written(new ConfigurationValues(new YamlNode.Mapping("default", []), []).Value(key));

    /// <summary>
    /// Throws if the output folder is not a folder, or is or holds something that the run reads.
    /// </summary>
    /// <exception cref="InputException">Names the input.</exception>
    private void RequireOutputApart()
    {
        if (File.Exists(OutputDir))
            throw new InputException($"{Where("output_dir")}: output_dir '{OutputDir}' is a file; expected a folder, or none yet");
        new OutputCheck(OverwriteOutputDir)
            .Reads("model_name_or_path", ModelNameOrPath)
            .Reads("adapter_name_or_path", AdapterNameOrPath)
            .Reads("dataset", FilesOf(Dataset))
            .Reads("eval_dataset", FilesOf(EvalDataset))
            .RequireDistinct($"{Where("output_dir")}: output_dir", OutputDir);
    }

    /// <summary>
    /// Throws if the output folder is not empty, unless <c>overwrite_output_dir</c> or <c>resume_from_checkpoint</c> allows it
    /// (LLaMA-Factory's rule). Call it under the folder's <see cref="RunLock"/>, whose file does not count.
    /// </summary>
    /// <exception cref="InputException">It is not empty, or as <see cref="RequireOutputApart"/>.</exception>
    public void CheckOutputFolder()
    {
        RequireOutputApart();
        if (!OverwriteOutputDir && ResumeFromCheckpoint == null && Directory.Exists(OutputDir)
            && Directory.EnumerateFileSystemEntries(OutputDir).Any(e => Path.GetFileName(e) != RunLock.FileName))
            throw new InputException(
                $"{Where("output_dir")}: output_dir '{OutputDir}' is not empty; name another one, or set overwrite_output_dir: true, or "
                    + "resume_from_checkpoint: true to resume");
    }

    /// <summary>How a run begins: its output folder is checked and locked, and what it has to say of its keys is said.</summary>
    /// <param name="writes">Whether this process is the one that writes there.</param>
    /// <returns>To be held as long as the run; null: this process does not write.</returns>
    /// <exception cref="InputException">As <see cref="CheckOutputFolder"/>, or another run writes there.</exception>
    public RunLock? OpenOutputFolder(bool writes, IRunLog log)
    {
        RequireOutputApart();
        RunLock? held = writes ? RunLock.OfFolder(Path.GetFullPath(OutputDir)) : null;
        try
        {
            if (writes)
                CheckOutputFolder();
            foreach (string note in Notes)
                log.Line(note);
            return held;
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>The files of data sets; missing ones are reported when they are read.</summary>
    private IEnumerable<string> FilesOf(IReadOnlyList<string> names)
    {
        try
        {
            return names.Count == 0 ? [] : DatasetInfo.Resolve(names, DatasetDir).SelectMany(s => s.Files);
        }
        catch (InputException)
        {
            return [];
        }
    }

    /// <summary>
    /// Steps that <c>logging_steps</c>, <c>save_steps</c> and <c>eval_steps</c> mean: below 1 they are a share of the run (rounded
    /// up).
    /// </summary>
    public static int StepsOf(double steps, int totalSteps) =>
        Math.Max(1, (int)Math.Min(int.MaxValue, steps < 1 ? Math.Ceiling(totalSteps * steps) : steps));

    private static string Written(object? value) => value switch
    {
        null => "null",
        bool b => b ? "true" : "false",
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        int i => i.ToString(CultureInfo.InvariantCulture),
        string s => Quoted(s),
        ConfigurationList list => "[" + string.Join(", ", list.Items.Select(Quoted)) + "]",
        ConfigurationMap map => "{" + string.Join(", ", map.Entries.Select(e => $"{Quoted(e.Key)}: {Quoted(e.Value)}")) + "}",
        _ => throw new InvalidOperationException($"a {value.GetType().Name} is not a configuration value"),
    };

    /// <summary>Text as a YAML scalar on one line: plain where that reads back as the same text, else in double quotes.</summary>
    private static string Quoted(string text)
    {
        if (text.Length > 0 && text[0] != '-' && !text.Equals("null", StringComparison.OrdinalIgnoreCase)
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-' or '+'))
            return text;
        StringBuilder quoted = new("\"");
        foreach (char c in text)
            quoted.Append(c switch
            {
                '"' or '\\' => $"\\{c}",
                < ' ' or (>= '\u007f' and < '\u00a0') or '\u2028' or '\u2029' or '\ufeff' => $"\\u{(int)c:x4}",
                _ => $"{c}",
            });
        return quoted.Append('"').ToString();
    }

    internal object? ValueOf(string key) => _values.Value(key);

    /// <summary>The value of the key that the calling property declares.</summary>
    private T Get<T>([CallerMemberName] string property = "")
    {
        object? value = _values.Value(ConfigurationKeys.OfProperty(property).Name);
        Type type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return value is string text && type.IsEnum
            ? (T)Enum.Parse(type, text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true)
            : (T)value!;
    }

    private IReadOnlyList<string> List([CallerMemberName] string property = "") => Get<ConfigurationList?>(property)?.Items ?? [];

    private Dictionary<string, string> Map([CallerMemberName] string property = "") => new(Get<ConfigurationMap?>(property)?.Entries ?? []);

    private Dictionary<string, T> Pattern<T>(Func<string, T?> read, [CallerMemberName] string property = "")
        where T : struct =>
        Map(property).ToDictionary(
            e => e.Key, e => read(e.Value) ?? throw Wrong(ConfigurationKeys.OfProperty(property).Name, e.Value, "positive numbers"));

    private static double? PositiveNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) && number > 0
            ? number
            : null;

    private InputException Wrong(string key, string found, string expected) =>
        new($"{Where(key)}: {key} holds '{found}'; expected {expected}");
}
