using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Templates;

namespace TraceFast.Constraints;

/// <summary>
/// What holds for every constraint of a type: its name, where it applies, what it needs and owns of an answer, how it is sampled. A record
/// describes its own in a static readonly field; types that differ in a counter or a name alone are rows of a table of such fields.
/// <see cref="ConstraintTypes"/> finds them all.
/// </summary>
public class ConstraintType
{
    private readonly ConstructorInfo _constructor;
    private readonly Func<SamplingContext, Constraint>? _sample;
    private readonly IReadOnlyDictionary<string, string> _fieldNames;
    private readonly (ParameterInfo Parameter, Func<Constraint, object?> Value, Field[] Fields)[] _parameters;

    /// <param name="name">As in JSON, templates and reports: lower case with underscores.</param>
    /// <param name="category">Its category of TRACE.</param>
    /// <param name="record">The record: its constructor takes the fields, and the scope where the type applies to several.</param>
    /// <param name="sample">A random constraint that fits the task.</param>
    /// <param name="allowed">Texts that fields may be; a field that is not named may be any.</param>
    public ConstraintType(string name, Category category, Type record, Func<SamplingContext, Constraint> sample,
        params ReadOnlySpan<(string Field, IReadOnlyList<string> Texts)> allowed)
        : this(name, category, record, allowed: allowed) => _sample = sample;

    /// <summary>For a row of a table, which overrides <see cref="Sample"/>.</summary>
    /// <param name="name">As in JSON, templates and reports: lower case with underscores.</param>
    /// <param name="category">Its category of TRACE.</param>
    /// <param name="record">The record that the rows share.</param>
    /// <param name="fieldNames">What fields are called in JSON and templates, where that is not the parameter's name.</param>
    /// <param name="allowed">Texts that fields may be; a field that is not named may be any.</param>
    protected ConstraintType(string name, Category category, Type record, IReadOnlyDictionary<string, string>? fieldNames = null,
        params ReadOnlySpan<(string Field, IReadOnlyList<string> Texts)> allowed)
    {
        (Name, Category, Record) = (name, category, record);
        _fieldNames = fieldNames ?? new Dictionary<string, string>();
        _constructor = record.GetConstructors().Single();
        Dictionary<string, IReadOnlyList<string>> texts = [];
        foreach ((string field, IReadOnlyList<string> its) in allowed)
            texts.Add(field, its);
        _parameters = [.. _constructor.GetParameters().Where(IsField).Select(p => (p, GetterOf(record, p), FieldsOf(p, texts)))];
        Fields = [.. _parameters.SelectMany(p => p.Fields)];
    }

    public string Name { get; }

    public Category Category { get; }

    /// <summary>The record of its constraints; several types may share one.</summary>
    public Type Record { get; }

    /// <summary>Whether <see cref="Constraint.Check"/> decides; false: a language model has to judge.</summary>
    public bool IsRuleChecked { get; init; } = true;

    /// <summary>The scopes that it applies to.</summary>
    public IReadOnlyList<Scope> Scopes { get; init; } = [Scope.Whole];

    /// <summary>Languages of answers in which it makes sense (letter case, for example, is not for Chinese).</summary>
    public IReadOnlyList<Language> Languages { get; init; } = Both;

    /// <summary>What an answer that follows it has for it alone.</summary>
    public Aspects Owns { get; init; }

    /// <summary>What an answer that follows it must be free to have.</summary>
    public Aspects Needs { get; init; }

    /// <summary>Punctuation that it needs, half width.</summary>
    public string Marks { get; init; } = "";

    /// <summary>What its constraints hold, in the order of JSON.</summary>
    public IReadOnlyList<Field> Fields { get; }

    protected static IReadOnlyList<Language> Both { get; } = [Language.English, Language.Chinese];

    public static IReadOnlyList<Language> EnglishOnly { get; } = [Language.English];

    public static IReadOnlyList<Language> ChineseOnly { get; } = [Language.Chinese];

    /// <summary>A random constraint that fits the task.</summary>
    public virtual Constraint Sample(SamplingContext context) => _sample!(context);

    /// <summary>Its templates in a language, in the order of the resource file.</summary>
    public IReadOnlyList<Template> TemplatesIn(Language language) => TemplateLibrary.Of(language).TemplatesOf(this);

    /// <summary>The fields of a constraint of this type that have a value, with it: a long, a string or a <see cref="TextList"/>.</summary>
    public IEnumerable<(Field Field, object Value)> ValuesOf(Constraint constraint)
    {
        foreach ((_, Func<Constraint, object?> getter, Field[] fields) in _parameters)
        {
            object? value = getter(constraint);
            if (value is CountRange range)
            {
                if (range.Min is { } min)
                    yield return (fields[0], min);
                if (range.Max is { } max)
                    yield return (fields[1], max);
            }
            else if (value is not null)
            {
                yield return (fields[0], value is int number ? (long)number : value);
            }
        }
    }

    /// <summary>A constraint of this type from the values of its fields.</summary>
    /// <param name="values">By name: a long, a string or a <see cref="TextList"/>.</param>
    /// <param name="scope">What it is about.</param>
    /// <exception cref="ConstraintException">A field is missing, unknown or wrong.</exception>
    public Constraint Create(IReadOnlyDictionary<string, object> values, Scope scope)
    {
        foreach ((string name, object value) in values)
        {
            Field field = Fields.FirstOrDefault(f => f.Name == name)
                ?? throw new ConstraintException(
                    $"{Name} takes no \"{name}\"; it "
                        + $"takes {(Fields.Count == 0 ? "nothing" : string.Join(", ", Fields.Select(f => f.Name)))}");
            if (field.Error(value) is { } error)
                throw new ConstraintException($"{Name}: {error}");
        }

        if (Fields.FirstOrDefault(f => f.IsRequired && !values.ContainsKey(f.Name)) is { } missing)
            throw new ConstraintException($"{Name}: \"{missing.Name}\" is missing");
        if (!Scopes.Contains(scope))
            throw new ConstraintException(
                $"{Name} does not apply to the scope {ScopeNames.IdOf(scope)}; it may "
                    + $"be {string.Join(", ", Scopes.Select(ScopeNames.IdOf))}");
        object?[] arguments =
            [.. _constructor.GetParameters()
            .Select(p => p.ParameterType == typeof(Scope) ? scope : IsField(p) ? ValueOf(p, values) : this)];
        return (Constraint)_constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, CultureInfo.InvariantCulture);
    }

    public override string ToString() => Name;

    private string FieldNameOf(ParameterInfo parameter)
    {
        string name = JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!);
        return _fieldNames.GetValueOrDefault(name, name);
    }

    private static bool IsField(ParameterInfo parameter) =>
        parameter.ParameterType != typeof(Scope) && !parameter.ParameterType.IsAssignableTo(typeof(ConstraintType));

    private Field[] FieldsOf(ParameterInfo parameter, Dictionary<string, IReadOnlyList<string>> allowed)
    {
        string name = FieldNameOf(parameter);
        Type type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        bool required = type == parameter.ParameterType
            && new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.NotNull;
        if (type == typeof(CountRange))
        {
            string prefix = PrefixOf(name);
            return [new(prefix + "min", FieldKind.Integer, false), new(prefix + "max", FieldKind.Integer, false)];
        }

        FieldKind kind = type == typeof(int) ? FieldKind.Integer : type == typeof(string) ? FieldKind.Text : type == typeof(TextList)
            ? FieldKind.Texts
            : throw new ArgumentException($"{Name}: a field is an int, a string, a TextList or a CountRange, not {type.Name}",
                nameof(parameter));
        return [new(name, kind, required, allowed.GetValueOrDefault(name))];
    }

    private object? ValueOf(ParameterInfo parameter, IReadOnlyDictionary<string, object> values)
    {
        string name = FieldNameOf(parameter);
        if (parameter.ParameterType == typeof(CountRange))
            return new CountRange(values.GetValueOrDefault(PrefixOf(name) + "min") as long?,
                values.GetValueOrDefault(PrefixOf(name) + "max") as long?);
        object? value = values.GetValueOrDefault(name);
        return value is not long number ? value : number is >= int.MinValue and <= int.MaxValue ? (int)number
            : throw new ConstraintException($"{Name}: \"{name}\" is {number}, which is out of range");
    }

    /// <summary>Reads the property of a parameter; faster than reflection for each value.</summary>
    private static Func<Constraint, object?> GetterOf(Type record, ParameterInfo parameter)
    {
        PropertyInfo property = record.GetProperty(parameter.Name!)!;
        MethodInfo make = typeof(ConstraintType).GetMethod(nameof(MakeGetter), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (Func<Constraint, object?>)make.MakeGenericMethod(record, property.PropertyType).Invoke(null, [property.GetMethod])!;
    }

    private static Func<Constraint, object?> MakeGetter<TRecord, TValue>(MethodInfo get)
        where TRecord : Constraint
    {
        Func<TRecord, TValue> typed = get.CreateDelegate<Func<TRecord, TValue>>();
        return constraint => typed((TRecord)constraint);
    }

    private static string PrefixOf(string rangeName) => rangeName == "range" ? "" : rangeName + "_";
}

/// <summary>
/// All constraint types: the static readonly fields of this assembly that hold one, in the order of categories and names.
/// </summary>
public static class ConstraintTypes
{
    private static readonly FrozenDictionary<string, ConstraintType> s_byName;
    private static readonly FrozenDictionary<Type, ConstraintType> s_byRecord;

    static ConstraintTypes()
    {
        List<Category> categories = [.. Category.All];
        All =
        [
            .. typeof(Constraint).Assembly.GetTypes()
                .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
                .Where(f => f.IsInitOnly && f.FieldType.IsAssignableTo(typeof(ConstraintType)))
                .Select(f => (ConstraintType)f.GetValue(null)!)
                .OrderBy(t => categories.IndexOf(t.Category)).ThenBy(t => t.Name, StringComparer.Ordinal),
        ];
        s_byName = All.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        s_byRecord = All.GroupBy(t => t.Record).Where(g => g.Count() == 1).ToFrozenDictionary(g => g.Key, g => g.Single());
    }

    public static IReadOnlyList<ConstraintType> All { get; }

    /// <exception cref="ConstraintException">There is no such type.</exception>
    public static ConstraintType Get(string name) =>
        s_byName.GetValueOrDefault(name) ?? throw new ConstraintException($"there is no constraint type \"{name}\"");

    /// <summary>The type of a record that has one type alone.</summary>
    internal static ConstraintType Of(Type record) => s_byRecord[record];
}

/// <summary>What the value of a field is.</summary>
public enum FieldKind
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A text that is not empty.</summary>
    Text,

    /// <summary>A list of texts, not empty.</summary>
    Texts,
}

/// <summary>One field of a constraint type, made from a parameter of its record's constructor.</summary>
/// <param name="Name">As in JSON and templates: the parameter's name in lower case with underscores; a range has two, min and max.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="IsRequired">False: may be left out, for example one end of a range.</param>
/// <param name="Allowed">The texts that it may be; null: any.</param>
public sealed record Field(string Name, FieldKind Kind, bool IsRequired = true, IReadOnlyList<string>? Allowed = null)
{
    /// <summary>What is wrong with a value; null: nothing.</summary>
    public string? Error(object value)
    {
        bool fits = Kind switch
        {
            FieldKind.Integer => value is long,
            FieldKind.Text => value is string { Length: > 0 },
            _ => value is TextList { Count: > 0 } texts && texts.All(t => t.Length > 0),
        };
        string expected = Kind switch
        {
            FieldKind.Integer => "a whole number",
            FieldKind.Text => "a text that is not empty",
            _ => "a list of texts, none of them empty",
        };
        if (!fits)
            return $"\"{Name}\" has to be {expected}; found {(value is string ? $"\"{value}\"" : value)}";
        return Allowed is not null && value is string text && !Allowed.Contains(text)
            ? $"\"{Name}\" is \"{text}\"; it may be {string.Join(", ", Allowed)}" : null;
    }
}
